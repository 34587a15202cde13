import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
const here = "test/native/graph";
const minutes = 60_000;

const strict = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion", "-Werror"];

/** A way to build the graph and its C++ tests. `seeds`: how many random heaps the differential tests try. */
interface Build {
  readonly name: string;
  readonly flags: readonly string[];
  readonly seeds: number;
}

const builds: readonly Build[] = [
  { name: "plain", flags: ["-O2"], seeds: 1000 },
  {
    name: "address and undefined behaviour sanitizers",
    flags: ["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    seeds: 100,
  },
];

async function sources(folder: string): Promise<string[]> {
  const files = await readdir(join(root, folder));
  return files
    .filter((file) => file.endsWith(".cc"))
    .sort()
    .map((file) => join(folder, file));
}

let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "memspec-graph-"));
});
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

describe("the heap graph, alone, without V8 and Node", () => {
  test.each(builds)(
    "holds to its definitions ($name)",
    async ({ name, flags, seeds }) => {
      const binary = join(scratch, name.replaceAll(" ", "-"));
      const files = [...(await sources("native/base")), ...(await sources("native/graph")), ...(await sources(here))];
      const options = ["-std=c++20", "-g", ...strict, ...flags, "-I", "native", "-I", here];
      await run("g++", [...options, ...files, "-o", binary, "-pthread"], { cwd: root });
      const outcome = await run(binary, [], {
        cwd: root,
        env: { ...process.env, GRAPH_TEST_SEEDS: String(seeds) },
        maxBuffer: 1 << 26,
      }).catch((failed: { stdout: string; stderr: string }) => failed);
      const report = outcome.stdout + outcome.stderr;
      expect(report.split("\n").filter((line) => !line.startsWith("ok "))).toEqual([
        expect.stringMatching(/^\d+ tests, 0 failed$/u),
        "",
      ]);
    },
    8 * minutes,
  );
});
