import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
const here = "test/native/ledger";
const minutes = 60_000;

const strict = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion", "-Werror"];

/** A way to build the ledger and its C++ tests. `seeds`: how many random programs each differential test tries. */
interface Build {
  readonly name: string;
  readonly flags: readonly string[];
  readonly seeds: number;
}

const builds: readonly Build[] = [
  { name: "plain", flags: ["-O2"], seeds: 1000 },
  {
    name: "address and undefined behaviour sanitizers",
    flags: ["-O1", "-DMEMSPEC_CHECK_LOCKS", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    seeds: 60,
  },
  { name: "thread sanitizer", flags: ["-O1", "-DMEMSPEC_CHECK_LOCKS", "-fsanitize=thread"], seeds: 60 },
];

async function sources(folder: string, keep: (file: string) => boolean = () => true): Promise<string[]> {
  const files = await readdir(join(root, folder));
  return files
    .filter((file) => file.endsWith(".cc") && keep(file))
    .sort()
    .map((file) => join(folder, file));
}

let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "memspec-ledger-"));
});
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

async function compile(output: string, flags: readonly string[], files: readonly string[]): Promise<void> {
  const all = ["-std=c++20", "-g", ...strict, ...flags, "-I", "native", "-I", here, ...files, "-o", output, "-pthread"];
  await run("g++", all, { cwd: root });
}

const ledger = async () => [...(await sources("native/base")), ...(await sources("native/ledger"))];

describe("the ledger, alone, without V8 and Node", () => {
  test.each(builds)(
    "holds to its definitions on one thread and on eight ($name)",
    async ({ name, flags, seeds }) => {
      const binary = join(scratch, name.replaceAll(" ", "-"));
      const tests = await sources(here, (file) => file !== "bench.cc");
      await compile(binary, flags, [...(await ledger()), ...tests]);
      const outcome = await run(binary, [], {
        cwd: root,
        env: { ...process.env, LEDGER_TEST_SEEDS: String(seeds) },
        maxBuffer: 1 << 26,
      }).catch((failed: { stdout: string; stderr: string }) => failed);
      const report = outcome.stdout + outcome.stderr;
      expect(report.split("\n").filter((line) => !line.startsWith("ok "))).toEqual([
        expect.stringMatching(/^\d\d tests, 0 failed$/),
        "",
      ]);
    },
    8 * minutes,
  );

  test(
    "has a benchmark that compiles",
    async () => {
      await compile(join(scratch, "bench"), ["-O2"], [...(await ledger()), join(here, "bench.cc")]);
    },
    3 * minutes,
  );
});
