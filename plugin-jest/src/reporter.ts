/** `reporters: ["default", "@memspec/jest/reporter"]`: the report of an observed run. */

import path from "node:path";
import {
  collectRun,
  type FileOutcome,
  fileDeath,
  joinLeaks,
  judgeSandboxes,
  parseReportOptions,
  type ReportOptions,
  readStateFiles,
  sandboxMessage,
  type TestOutcome,
  VERSION,
  type WorkerState,
} from "@memspec/core/adapter";
import { publishRun } from "@memspec/core/reports";
import { closeFolder, openFolder, sayWhetherSnapshots, takeOver, takeOverLate } from "./hand-over.js";
import type { JestAssertion, JestGlobalConfig, JestReporter, JestTest, JestTestResult } from "./reporter-types.js";
import { createTestKeys } from "./test-keys.js";

export default class MemspecReporter implements JestReporter {
  readonly #config: JestGlobalConfig;
  readonly #options: ReportOptions;
  readonly #given: boolean;
  /** `null`: nothing is observed. */
  readonly #folder: string | null;
  readonly #files: { readonly file: FileOutcome; readonly projectId: string }[] = [];
  readonly #startedAt = Date.now();
  #fromEnvironment: boolean | ReportOptions | undefined;
  #observed = false;
  /** Of each file, the id of its project. */
  #lateError: Error | undefined;

  /**
   * @param options those of `report`; they win over the environment's
   * @throws MemspecError `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_OPTION`
   */
  constructor(config: JestGlobalConfig, options: ReportOptions = {}) {
    this.#config = config;
    const { artifacts } = parseReportOptions(options);
    this.#options = options;
    this.#given = Object.keys(options).length > 0;
    // Who watches runs a few files again and again: no run to report on.
    this.#folder = config.watch || config.watchAll ? null : openFolder();
    const folder = this.#folder;
    if (folder !== null && this.#given) sayWhetherSnapshots(folder, artifacts?.heapsnapshot === true);
    if (folder !== null) process.once("exit", () => closeFolder(folder));
  }

  onTestFileResult(test: JestTest, result: JestTestResult): void {
    if (this.#folder === null) return;
    const { config } = test.context;
    const memory = config.testEnvironmentOptions?.memory;
    this.#fromEnvironment ??= memory?.report;
    this.#observed ||= memory?.observe !== false;
    const id = { project: config.id, path: test.path };
    const payload = takeOver(this.#folder, id);
    const project = config.displayName?.name ?? null;
    const failed = result.testExecError !== undefined && result.testExecError !== null;
    const state = failed && payload === null ? stateOf(this.#folder, test.path, project) : undefined;
    const { start, end } = result.perfStats ?? { start: 0, end: 0 };
    const file: FileOutcome = {
      path: test.path,
      project,
      state: state !== undefined ? "died" : stateOfFile(result),
      shard: this.#config.shard?.shardIndex ?? null,
      startedAt: payload?.began ?? state?.began ?? (start > 0 ? start : null),
      durationMs: end > start ? end - start : state === undefined ? 0 : Date.now() - state.began,
      tests: testsOf(result, state),
      payload,
      death: state === undefined ? null : fileDeath(state, messageOf(result)),
    };
    this.#files.push({ file, projectId: config.id });
  }

  /** Jest ends with a failure where a reporter has an error. */
  getLastError(): Error | undefined {
    return this.#lateError;
  }

  /** In band this is the process that ran the tests; workers have ended by now, and have asked themselves. */
  #takeLateLeaks(folder: string): void {
    judgeSandboxes();
    const failing: string[] = [];
    for (const { id, leaks, failOnLeak } of takeOverLate(folder)) {
      const index = this.#files.findIndex(({ file, projectId }) => file.path === id.path && projectId === id.project);
      const known = this.#files[index];
      if (known === undefined) continue;
      const { file } = known;
      const fails = leaks.verdict === "leak" && failOnLeak;
      const payload = file.payload === null ? null : { ...file.payload, leaks: joinLeaks(file.payload.leaks, leaks) };
      this.#files[index] = { ...known, file: { ...file, payload, state: fails ? "failed" : file.state } };
      if (!fails) continue;
      failing.push(id.path);
      const { rootDir } = this.#config;
      process.stderr.write(`\n${path.relative(rootDir, id.path)} leaks: ${sandboxMessage(leaks, rootDir)}\n`);
    }
    if (failing.length > 0) this.#lateError = lateError(failing);
  }

  async onRunComplete(): Promise<void> {
    if (this.#folder === null) return;
    this.#takeLateLeaks(this.#folder);
    const { rootDir, shard } = this.#config;
    const report = collectRun({
      memspec: VERSION,
      runner: { name: "jest", version: jestVersion() },
      machine: {
        platform: process.platform,
        arch: process.arch,
        node: process.versions.node,
        ci: this.#config.ci === true,
      },
      root: rootDir,
      startedAt: this.#startedAt,
      durationMs: Date.now() - this.#startedAt,
      shards: shard === undefined ? [] : [{ index: shard.shardIndex, count: shard.shardCount }],
      files: toldApart(this.#files),
      notes: [],
    });
    try {
      if (this.#observed) await publishRun(report, this.#given ? this.#options : this.#fromEnvironment, rootDir);
    } finally {
      closeFolder(this.#folder);
    }
  }
}

/** A file of two projects without names would be one file told twice: then they are named by Jest's number for them. */
function toldApart(
  files: readonly { readonly file: FileOutcome; readonly projectId: string }[],
): readonly FileOutcome[] {
  const keyOf = ({ path, project }: FileOutcome): string => JSON.stringify([project, path]);
  const times = new Map<string, number>();
  for (const { file } of files) times.set(keyOf(file), (times.get(keyOf(file)) ?? 0) + 1);
  return files.map(({ file, projectId }) => {
    if (times.get(keyOf(file)) === 1) return file;
    const number = projectId.slice(0, 8);
    return { ...file, project: file.project === null ? number : `${file.project} ${number}` };
  });
}

function lateError(leaks: readonly string[]): Error {
  return new Error(`${leaks.length === 1 ? "A file leaks" : `${leaks.length} files leak`}: ${leaks.join(", ")}.`);
}

function stateOf(folder: string, file: string, project: string | null): WorkerState | undefined {
  // Jest tries a file again in another worker when the first one dies of an error of its own: the last one counts.
  return readStateFiles(folder)
    .filter((state) => state.file === file && state.project === project)
    .sort((a, b) => b.began - a.began)[0];
}

function stateOfFile(result: JestTestResult): FileOutcome["state"] {
  if (result.numFailingTests > 0 || (result.testExecError !== undefined && result.testExecError !== null))
    return "failed";
  return result.skipped || result.testResults.every(({ status }) => status === "pending" || status === "todo")
    ? "skipped"
    : "passed";
}

function testsOf(result: JestTestResult, died: WorkerState | undefined): readonly TestOutcome[] {
  const keyOf = createTestKeys();
  const tests = result.testResults.map((test): TestOutcome => {
    const name = [...test.ancestorTitles, test.title];
    return {
      key: keyOf(name),
      name,
      line: test.location?.line ?? null,
      column: test.location?.column ?? null,
      state: testState(test.status),
      retries: Math.max(0, (test.invocations ?? 1) - 1),
      repeats: 0,
      durationMs: test.duration ?? null,
    };
  });
  const running = died?.test ?? null;
  if (running === null || tests.length > 0) return tests;
  // Jest knows nothing of the tests of a file whose worker died: the one that ran is known by what it left behind.
  const place = { line: null, column: null, durationMs: null };
  return [{ key: keyOf(running), name: running, state: "died", retries: 0, repeats: 0, ...place }];
}

function testState(status: JestAssertion["status"]): TestOutcome["state"] {
  switch (status) {
    case "passed":
    case "failed":
    case "todo":
      return status;
    default:
      return "skipped";
  }
}

function messageOf({ testExecError, failureMessage }: JestTestResult): string {
  const { message, code } = (testExecError ?? {}) as { readonly message?: unknown; readonly code?: unknown };
  return [message, code, failureMessage].filter((part) => typeof part === "string").join(" ");
}

function jestVersion(): string {
  // The reporter runs inside of Jest, so there is one to be found; which copy, is no matter of its main version.
  try {
    return (require("jest/package.json") as { readonly version: string }).version;
  } catch {
    return "30";
  }
}
