/** Builds and runs C++ tests of a room that knows neither V8 nor Node. */

import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");

/** Rooms without V8 and Node are the same for every Node: the legs of the matrix leave them to `npm test`. */
export const OF_ANOTHER_NODE: boolean = process.env["MEMSPEC_E2E_NODE"] !== undefined;

const STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion", "-Werror"];

/** A way to build a room and its C++ tests. `seeds`: how many random programs each differential test tries. */
export interface Build {
  readonly name: string;
  readonly flags: readonly string[];
  readonly seeds: number;
}

/** C++ files of a folder, relative to the repository. */
export async function sources(folder: string, keep: (file: string) => boolean = () => true): Promise<string[]> {
  const files = await readdir(join(root, folder));
  return files
    .filter((file) => file.endsWith(".cc") && keep(file))
    .sort()
    .map((file) => join(folder, file));
}

export interface Workshop {
  /** Builds `files` into a program of that name. */
  compile(name: string, flags: readonly string[], files: readonly string[]): Promise<string>;
  /** The C++ tests among `files`: what they print, without the lines of tests that passed. */
  test(build: Build, files: readonly string[]): Promise<string[]>;
}

/** The addon's files room by room, as the addon's own build has them (`native/tools/sources.mjs`); others as they are. */
async function writeUnits(output: string, files: readonly string[]): Promise<string[]> {
  const rooms = new Map<string, string[]>();
  for (const file of files) {
    const room = file.startsWith("native/") ? dirname(file) : "";
    rooms.set(room, [...(rooms.get(room) ?? []), file]);
  }
  const { "": others = [], ...own } = Object.fromEntries(rooms);
  const units = Object.entries(own).map(async ([room, included]) => {
    const unit = `${output}-${basename(room)}.cc`;
    await writeFile(unit, included.map((file) => `#include "${join(root, file)}"\n`).join(""));
    return unit;
  });
  return [...others, ...(await Promise.all(units))];
}

/**
 * A folder for programs, for as long as the test file runs.
 *
 * @param here the folder of the tests, relative to the repository
 */
export function workshop(here: string): Workshop {
  let scratch = "";
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "memspec-cpp-"));
  });
  afterAll(async () => {
    await rm(scratch, { recursive: true, force: true });
  });
  const compile: Workshop["compile"] = async (name, flags, files) => {
    const output = join(scratch, name.replaceAll(" ", "-"));
    const includes = ["native", "test/native", here].flatMap((folder) => ["-I", folder]);
    const units = await writeUnits(output, files);
    const all = ["-std=c++20", "-g1", ...STRICT, ...flags, ...includes, ...units, "-o", output, "-pthread"];
    await run("g++", all, { cwd: root });
    return output;
  };
  return {
    compile,
    async test({ name, flags, seeds }, files) {
      const binary = await compile(name, flags, [...files, ...(await sources("test/native/cpp"))]);
      const outcome = await run(binary, [], {
        cwd: root,
        env: { ...process.env, CPP_TEST_SEEDS: String(seeds) },
        maxBuffer: 1 << 26,
      }).catch((failed: { stdout: string; stderr: string }) => failed);
      return (outcome.stdout + outcome.stderr).split("\n").filter((line) => !line.startsWith("ok "));
    },
  };
}
