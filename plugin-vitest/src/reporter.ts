/** The reporter: makes the report of the run of what Vitest reports alone, so that merged blobs give the same one. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  collectRun,
  type FileOutcome,
  type FilePayload,
  fileDeath,
  type MemspecOptions,
  type RunReport,
  readStateFiles,
  type TestOutcome,
  VERSION,
  type WorkerState,
} from "@memspec/core/adapter";
import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from "vitest/node";
import { transformedMap } from "./transformed-map.js";

type Reports = typeof import("@memspec/core/reports");

const CUT_SHORT = "Vitest ended before the run did: files and tests that had not ended by then are not told.";

export class MemspecReporter implements Reporter {
  /** Where workers say what they do, for the case that they die. */
  readonly stateFolder: string = mkdtempSync(path.join(tmpdir(), "memspec-"));
  readonly #options: MemspecOptions;
  #vitest: Vitest | undefined;
  #startedAt = Date.now();
  #running = false;
  #reports: Reports | undefined;
  /** Of tests that are over. */
  #outcomes = new WeakMap<TestCase, TestOutcome>();

  constructor(options: MemspecOptions) {
    this.#options = options;
    process.once("exit", () => {
      this.#cutShort();
      rmSync(this.stateFolder, { recursive: true, force: true });
    });
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunStart(): void {
    this.#startedAt = Date.now();
    this.#running = true;
    // While the workers start, this process has nothing else to do.
    void this.#loadReports().catch(() => undefined);
  }

  async #loadReports(): Promise<Reports> {
    this.#reports ??= await import("@memspec/core/reports");
    return this.#reports;
  }

  /** While the workers run tests, this process has time, which it has not when all are over. */
  onTestCaseResult(test: TestCase): void {
    if (test.result().state !== "pending") this.#outcomes.set(test, testOf(test, false));
  }

  async onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): Promise<void> {
    this.#running = false;
    if (this.#vitest === undefined) return;
    const { publishRun } = await this.#loadReports();
    const report = this.#report(this.#vitest, modules, errors, []);
    this.#outcomes = new WeakMap();
    await publishRun(report, this.#options.report, this.#vitest.config.root);
  }

  /** Vitest 4 itself ends with an error when a worker thread runs out of memory: what is known by then is told. */
  #cutShort(): void {
    if (!this.#running || this.#vitest === undefined || this.#reports === undefined) return;
    this.#running = false;
    const report = this.#report(this.#vitest, this.#vitest.state.getTestModules(), [], [CUT_SHORT]);
    // The process ends: nothing that takes time is awaited.
    void this.#reports.publishRun(report, this.#options.report, this.#vitest.config.root);
  }

  #report(
    vitest: Vitest,
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    notes: readonly string[],
  ): RunReport {
    const { root, shard, mergeReports } = vitest.config;
    const files = filesOf(
      modules,
      readStateFiles(this.stateFolder, (file) => transformedMap(vitest, file)),
      errors,
      shard?.index ?? null,
      this.#outcomes,
    );
    const ends = files.flatMap((file) => (file.startedAt === null ? [] : file.startedAt + file.durationMs));
    const starts = files.flatMap((file) => file.startedAt ?? []);
    const merged = mergeReports !== undefined && mergeReports !== "";
    const startedAt = merged && starts.length > 0 ? Math.min(...starts) : this.#startedAt;
    return collectRun({
      memspec: VERSION,
      runner: { name: "vitest", version: vitest.version },
      machine: {
        platform: process.platform,
        arch: process.arch,
        node: process.versions.node,
        ci: process.env["CI"] !== undefined && process.env["CI"] !== "" && process.env["CI"] !== "false",
      },
      root,
      startedAt,
      durationMs: merged ? Math.max(0, Math.max(...ends) - startedAt) : Date.now() - startedAt,
      shards: shardsOf(files, shard),
      files,
      notes,
    });
  }
}

function filesOf(
  modules: readonly TestModule[],
  left: readonly WorkerState[],
  errors: readonly SerializedError[],
  shard: number | null,
  outcomes: WeakMap<TestCase, TestOutcome>,
): readonly FileOutcome[] {
  const dead = new Map(left.map((state) => [fileKey(state.file, state.project), state]));
  const known = modules.map((module): FileOutcome => {
    const payload: FilePayload | null = module.meta().memspec ?? null;
    const state = dead.get(fileKey(module.moduleId, projectOf(module)));
    const died = state !== undefined && payload === null && !isOver(module);
    const { duration } = module.diagnostic();
    return {
      path: module.moduleId,
      project: projectOf(module),
      state: died ? "died" : stateOf(module),
      shard: payload?.shard?.index ?? shard,
      startedAt: payload?.began ?? state?.began ?? null,
      durationMs: duration,
      tests: Array.from(module.children.allTests(), (test) => outcomes.get(test) ?? testOf(test, died)),
      payload,
      death: died && state !== undefined ? fileDeath(state, messageFor(module.moduleId, errors)) : null,
    };
  });
  return known;
}

type Shard = NonNullable<FilePayload["shard"]>;

/** Those of merged blobs are known by their files alone. */
function shardsOf(files: readonly FileOutcome[], own: Shard | undefined): readonly Shard[] {
  if (own !== undefined) return [{ index: own.index, count: own.count }];
  const byIndex = new Map<number, Shard>();
  for (const { payload } of files) if (payload?.shard !== undefined) byIndex.set(payload.shard.index, payload.shard);
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}

/** It ended, well or not, in a worker that lived: only then Vitest knows errors of its own, or results of all its tests. */
function isOver(module: TestModule): boolean {
  const state = module.state();
  if (state === "pending" || state === "queued") return false;
  return state === "skipped" || module.errors().length > 0 || module.children.size > 0;
}

function messageFor(file: string, errors: readonly SerializedError[]): string {
  const texts = errors.map((error) =>
    [error.name, error["code"], error.message, error.stack, causeOf(error)].join(" "),
  );
  return texts.find((text) => text.includes(file)) ?? texts.join("\n");
}

function causeOf(error: SerializedError): string {
  const cause: unknown = error["cause"];
  if (typeof cause !== "object" || cause === null) return "";
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown };
  return `${String(code ?? "")} ${String(message ?? "")}`;
}

function fileKey(file: string, project: string | null): string {
  return `${project ?? ""}\n${path.normalize(file)}`;
}

function projectOf(module: TestModule): string | null {
  return module.project.name === "" ? null : module.project.name;
}

function stateOf(module: TestModule): FileOutcome["state"] {
  const state = module.state();
  return state === "pending" || state === "queued" ? "skipped" : state;
}

/** @param died its worker did: what became of a test without a result is not known */
function testOf(test: TestCase, died: boolean): TestOutcome {
  const { state } = test.result();
  const diagnostic = test.diagnostic();
  return {
    key: test.id,
    name: namesOf(test),
    line: test.location?.line ?? null,
    column: test.location?.column ?? null,
    state: stateOfTest(state, test.options.mode, died),
    retries: diagnostic?.retryCount ?? 0,
    repeats: diagnostic?.repeatCount ?? 0,
    durationMs: diagnostic?.duration ?? null,
  };
}

function stateOfTest(
  state: "pending" | "passed" | "failed" | "skipped",
  mode: string | undefined,
  died: boolean,
): TestOutcome["state"] {
  if (state === "pending") return died ? "died" : "skipped";
  return state === "skipped" && mode === "todo" ? "todo" : state;
}

function namesOf(test: TestCase): readonly string[] {
  const names = [test.name];
  for (let parent = test.parent; parent.type === "suite"; parent = parent.parent) names.unshift(parent.name);
  return names;
}
