/** Builds and runs C++ tests of a room that knows neither V8 nor Node. */

import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll } from "vitest";
import { writeUnits } from "../../../native/tools/sources.mjs";

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
    const ofAddon = files.filter((file) => file.startsWith("native/"));
    const own = files.filter((file) => !ofAddon.includes(file));
    // Room by room, as the addon itself is built.
    const all = [...writeUnits(`${output}-units`, ofAddon), ...own, "-o", output, "-pthread"];
    await run("g++", ["-std=c++20", "-g1", ...STRICT, ...flags, ...includes, ...all], { cwd: root });
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
