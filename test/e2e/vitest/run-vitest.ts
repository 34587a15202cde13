/** Runs the real Vitest on a temporary project. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll } from "vitest";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { type Installation, install, workspacePackage } from "../harness/installation.js";
import { normalise } from "../harness/normalise.js";
import { makeProject, type ProjectFiles } from "../harness/project.js";
import { runProgram } from "../harness/run-program.js";
import { vitestUnderTest } from "./vitest-under-test.js";

export const pools = ["forks", "threads", "vmForks", "vmThreads"] as const;
export type Pool = (typeof pools)[number];

export interface VitestRunOptions {
  readonly files: ProjectFiles;
  readonly pool?: Pool;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Packages of the workspace that the project needs beside the usual ones. */
  readonly packages?: readonly string[];
  /** After this the run is killed. */
  readonly timeoutMs?: number;
  /** Further runs of Vitest in the same project, one after the other, before the one that is told; the arguments of each. */
  readonly before?: readonly (readonly string[])[];
  /** Endings of files that the run writes and whose texts are wanted. */
  readonly keep?: readonly string[];
}

export interface TestOutcome {
  readonly state: "passed" | "failed" | "skipped" | "pending" | "todo";
  /** Whole messages of its errors, each with the first frame of its stack that is in the project, normalised. */
  readonly errors: readonly string[];
}

export interface VitestRun {
  readonly exitCode: number | null;
  /** Standard output and error, normalised. */
  readonly output: string;
  /** By full name: file, suites and test, joined by " > ". */
  readonly tests: ReadonlyMap<string, TestOutcome>;
  /** By file relative to the project: why the file itself failed (collection, hooks of the file). */
  readonly fileErrors: ReadonlyMap<string, readonly string[]>;
  /** Of the run, not of a test: unhandled rejections and the like. */
  readonly unhandled: readonly string[];
  /** memspec's own report of the run; `null`: none was written. */
  readonly memory: RunReport | null;
  /** By path relative to the project: texts of files with the endings that were asked for. */
  readonly kept: ReadonlyMap<string, string>;
  /** The same as bytes. */
  readonly keptBytes: ReadonlyMap<string, Buffer>;
}

/** What the reporter below writes. */
interface Report {
  readonly tests: readonly {
    readonly name: string;
    readonly state: TestOutcome["state"];
    readonly errors: readonly string[];
  }[];
  readonly files: readonly { readonly file: string; readonly errors: readonly string[] }[];
  readonly unhandled: readonly string[];
}

/** Runs in Vitest's main process. Plain JavaScript: it is a file of the temporary project. */
const reporter = `
import { writeFileSync } from "node:fs";
const own = (place) => place.includes(process.cwd()) && !place.includes("/node_modules/");
const place = (error) =>
  error.stacks?.map((at) => "    at " + at.file + ":" + at.line + ":" + at.column).find(own) ??
  (error.stack ?? "").split("\\n").find((line) => /^\\s+at /.test(line) && own(line));
const text = (error) => [(error.name ? error.name + ": " : "") + error.message, place(error) ?? []].flat().join("\\n");
export default class {
  onTestRunEnd(modules, unhandled) {
    const tests = [];
    const files = [];
    for (const module of modules) {
      files.push({ file: module.relativeModuleId, errors: module.errors().map(text) });
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        tests.push({ name: module.relativeModuleId + " > " + test.fullName, state, errors: (errors ?? []).map(text) });
      }
    }
    writeFileSync(process.env.E2E_REPORT, JSON.stringify({ tests, files, unhandled: unhandled.map(text) }));
  }
}
`;

let installation: Installation | undefined;
afterAll(() => {
  installation?.remove();
  installation = undefined;
});

/** A configuration file with the plugin. The text is the argument of `memspec()`; the run's report is a file alone. */
export function configWith(options = "", test = ""): string {
  const all = `{ report: { terminal: "silent", json: ".memspec/report.json" }, ...${options === "" ? "{}" : options} }`;
  return `import { memspec } from "@memspec/vitest/config";\nexport default { plugins: [memspec(${all})], test: { ${test} } };\n`;
}

export async function runVitest(options: VitestRunOptions): Promise<VitestRun> {
  installation ??= install({
    vitest: vitestUnderTest().folder,
    "@vitest/coverage-istanbul": workspacePackage("@vitest/coverage-istanbul"),
    "@vitest/coverage-v8": workspacePackage("@vitest/coverage-v8"),
  });
  installation.add(options.packages ?? []);
  const project = makeProject(installation.root, {
    "vitest.config.mjs": configWith(),
    ...options.files,
    "e2e-reporter.mjs": reporter,
  });
  const report = path.join(project.root, "e2e-report.json");
  const args = [
    "run",
    "--reporter=default",
    "--reporter=./e2e-reporter.mjs",
    `--pool=${options.pool ?? "forks"}`,
    // Collections take their time on a busy machine, and no case is about that.
    "--testTimeout=60000",
  ];
  for (const own of options.before ?? []) {
    await runProgram([path.join(vitestUnderTest().folder, "vitest.mjs"), "run", ...own], {
      cwd: project.root,
      ...(options.env === undefined ? {} : { env: options.env }),
    });
  }
  const run = await runProgram([path.join(vitestUnderTest().folder, "vitest.mjs"), ...args, ...(options.args ?? [])], {
    cwd: project.root,
    env: { E2E_REPORT: report, ...options.env },
    timeoutMs: options.timeoutMs ?? 120_000,
  });
  const roots = { projectRoot: project.root, installationRoot: installation.root };
  const clean = (text: string): string => normalise(text, roots);
  const { tests, files, unhandled }: Report = existsSync(report)
    ? (JSON.parse(readFileSync(report, "utf8")) as Report)
    : { tests: [], files: [], unhandled: [] };
  const memory = readReport(path.join(project.root, ".memspec/report.json"));
  const keptBytes = filesIn(project.root, options.keep ?? []);
  if (process.env["MEMSPEC_E2E_KEEP"] === undefined) {
    project.remove();
  }
  return {
    exitCode: run.exitCode,
    output: clean(run.stdout + run.stderr),
    tests: new Map(tests.map(({ name, state, errors }) => [name, { state, errors: errors.map(clean) }])),
    fileErrors: new Map(
      files.filter(({ errors }) => errors.length > 0).map(({ file, errors }) => [file, errors.map(clean)]),
    ),
    unhandled: unhandled.map(clean),
    memory,
    kept: new Map([...keptBytes].map(([name, bytes]) => [name, bytes.toString("utf8")])),
    keptBytes,
  };
}

function filesIn(root: string, endings: readonly string[]): ReadonlyMap<string, Buffer> {
  if (endings.length === 0) return new Map();
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  const wanted = names
    .filter((name) => !name.endsWith("/.memspec") && name !== ".memspec")
    .filter((name) => endings.some((ending) => name.endsWith(`.${ending}`)));
  return new Map(wanted.map((name) => [name, readFileSync(path.join(root, name))]));
}

function readReport(file: string): RunReport | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RunReport) : null;
}

/** What became of each test, a line each: `limits.test.ts > reads: passed`. */
export function statesOf(run: VitestRun): readonly string[] {
  return [...run.tests].map(([name, { state }]) => `${name}: ${state}`);
}

/** The errors of one test. */
export function errorsOf(run: VitestRun, name: string): readonly string[] {
  const outcome = run.tests.get(name);
  if (outcome === undefined)
    throw new Error(`no test "${name}" ran; there were ${[...run.tests.keys()].join(", ")}\n${run.output}`);
  return outcome.errors;
}

/** All errors of the failed tests, each below the name of its test. */
export function messagesOf(run: VitestRun): string {
  return [...run.tests]
    .filter(([, { state }]) => state === "failed")
    .map(([name, { errors }]) => [`### ${name}`, ...errors].join("\n"))
    .join("\n\n");
}
