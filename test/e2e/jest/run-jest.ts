/** Runs the real Jest on a temporary project made from a folder under `fixtures/`. */

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Installation } from "../harness/installation.js";
import { install, workspacePackage } from "../harness/installation.js";
import { normalise } from "../harness/normalise.js";
import { makeProject, type Project, type ProjectFiles } from "../harness/project.js";
import { runProgram } from "../harness/run-program.js";
import { withoutChance } from "./without-chance.js";

/** What a user of Jest with TypeScript has installed. */
const PACKAGES = [
  "jest",
  "@jest/globals",
  "babel-jest",
  "@babel/core",
  "@babel/preset-env",
  "@babel/preset-typescript",
  "@swc/jest",
  "@swc/core",
];

/** @param more - names of packages that a project of this test needs beside the usual ones. */
export function installJest(more: readonly string[] = []): Installation {
  return install(Object.fromEntries([...PACKAGES, ...more].map((name) => [name, workspacePackage(name)])));
}

const BABEL = {
  "\\.ts$": [
    "babel-jest",
    {
      babelrc: false,
      configFile: false,
      presets: [["@babel/preset-env", { targets: { node: "current" } }], "@babel/preset-typescript"],
    },
  ],
};

const SWC = {
  "\\.ts$": [
    "@swc/jest",
    {
      swcrc: false,
      jsc: {
        target: "es2022",
        parser: { syntax: "typescript", decorators: true },
        transform: { decoratorVersion: "2022-03" },
      },
      sourceMaps: "inline",
    },
  ],
};

export const TRANSFORMS = { babel: BABEL, swc: SWC } as const;

export interface JestRun {
  readonly exitCode: number | null;
  /** Everything that Jest wrote, with steady paths, every figure and position as it was. */
  readonly text: string;
  /** Everything that Jest wrote, normalised; the blocks of the test files are in the order of their names. */
  readonly output: string;
}

/** For `describe.each`: name and flag. A project of one test file runs in band either way. */
export const MODES = [
  ["in workers", "--maxWorkers=2"],
  ["in band", "--runInBand"],
] as const;

export interface JestRunOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Jest's configuration; `reporters: null`: those of the preset, which tell of the run as a whole. Default: Jest's own. */
export type JestConfig = Readonly<Record<string, unknown>> & { readonly reporters?: readonly unknown[] | null };

/** A project from `fixtures/<folder>` with this configuration of Jest. */
export function jestProject(installation: Installation, folder: string, config: JestConfig): Project {
  const fixture = path.join(import.meta.dirname, "fixtures", folder);
  const files: Record<string, string> = {};
  for (const entry of readdirSync(fixture, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(fixture, file)] = readFileSync(file, "utf8");
  }
  return jestProjectOf(installation, files, config);
}

export function jestProjectOf(installation: Installation, files: ProjectFiles, config: JestConfig): Project {
  return makeProject(installation.root, {
    ...manifest(),
    ...files,
    "jest.config.json": JSON.stringify({ ...config, reporters: reportersOf(config) }, null, 2),
  });
}

function reportersOf({ reporters = ["default"] }: JestConfig): readonly unknown[] | undefined {
  return reporters ?? undefined;
}

function manifest(): ProjectFiles {
  return { "package.json": '{ "name": "project", "private": true }\n' };
}

export async function runJest(
  installation: Installation,
  project: Project,
  options: JestRunOptions = {},
): Promise<JestRun> {
  const cache = path.join(installation.root, "cache");
  mkdirSync(cache, { recursive: true });
  const run = await runProgram(
    [
      path.join(installation.root, "node_modules/jest/bin/jest.js"),
      "--ci",
      "--verbose",
      "--no-watchman",
      // Matchers that collect garbage take seconds where other work keeps the machine busy.
      "--testTimeout=60000",
      `--cacheDirectory=${cache}`,
      ...(options.args ?? []),
    ],
    { timeoutMs: 170_000, cwd: project.root, ...(options.env === undefined ? {} : { env: options.env }) },
  );
  const text = `${run.stdout}${run.stderr}`;
  const normal = withoutTimes(normalise(text, { projectRoot: project.root, installationRoot: installation.root }));
  return { exitCode: run.exitCode, text: normal, output: sortedByFile(withoutChance(normal)) };
}

const WORKSPACE = path.resolve(import.meta.dirname, "../../..");

/**
 * How long tests and exits took (a busy machine is slower than Jest expects: that Jest ended, `exitCode` says), whether Jest
 * has an estimate, and where in the workspace which line of Jest itself is.
 */
function withoutTimes(output: string): string {
  return (
    output
      .replace(/^Jest did not exit one second after the test run has completed\.\n\n.*\n?/m, "")
      .replace(/^A worker process has failed to exit gracefully and has been force exited\. .*\n/m, "")
      .replaceAll(WORKSPACE, "<workspace>")
      .replace(/(?:\.\.\/)*\.\.<workspace>/g, "<workspace>")
      // A checkout that shares folders with the project is named by a path that climbs only part of the way.
      .replace(/(?:\.\.\/)+(?:[^\s():]+\/)?node_modules\/(?!@memspec)/g, "<workspace>/node_modules/")
      .replace(/(<workspace>\/node_modules\/[^\s():]+):\d+:\d+/g, "$1")
      .replace(/ \((?:[\d.]+ m?s|<time>)\)$/gm, "")
      .replace(/^Time: .*$/m, "Time:        <time>")
  );
}

/** Files end in any order where there are workers. Each block begins with `PASS <file>` or `FAIL <file>`. */
function sortedByFile(output: string): string {
  const summary = output.search(/^(?:Summary of all failing tests|Test Suites: )/m);
  const head = summary === -1 ? output : output.slice(0, summary);
  const tail = summary === -1 ? "" : output.slice(summary);
  const blocks = head.split(/^(?=(?:PASS|FAIL) )/m);
  const key = (block: string): string => /^(?:PASS|FAIL) (?<file>.+)$/m.exec(block)?.groups?.["file"] ?? "";
  return blocks.sort((a, b) => key(a).localeCompare(key(b))).join("") + tail;
}
