/** The life of baselines in a project: the same steps in both runners, each test a run that starts from what the one before left. */

import { beforeAll, expect, test } from "vitest";
import { type BaselineProject, breachesOf, MACHINE, recordedBuffers } from "./baseline-files.js";
import type { ProjectFiles } from "./project.js";

const FILE = "test/__memory__/load.test.ts.json";

/** The module under test, allocating so much more than it is asked for. */
function loader(factor: number): ProjectFiles {
  return {
    "src/load.ts": `
const kept: unknown[] = [];
export function load(bytes: number): void {
  kept.push(Buffer.alloc(bytes * ${factor}));
}
`,
  };
}

/** @param extra further tests of the file */
function tests(extra = ""): ProjectFiles {
  return {
    "test/load.test.ts": `
import { load } from "../src/load";
describe("loader", () => {
  test("loads", () => { load(2_000_000); });
  test("measures", () => {
    expect(() => load(1_000_000)).toMatchMemoryBaseline();
    expect(() => load(3_000_000)).toMatchMemoryBaseline({ name: "large" });
  });
${extra}
});
`,
  };
}

const OTHER_FILE = {
  "test/other.test.ts": `
import { load } from "../src/load";
test("same", () => { load(500_000); });
test("same", () => { load(600_000); });
`,
};

export const STORY_FILES: ProjectFiles = { ...loader(1), ...tests(), ...OTHER_FILE };

/** Of both plugins: figures of buffers are exact. */
export const STORY_OPTIONS = { space: "buffers", baseline: true, limits: { default: "100 MB" } } as const;

/**
 * @param joint between the names of a suite and of a test, as the runner has it
 * @param open makes the project
 */
export function baselineStory(joint: string, open: () => BaselineProject): void {
  const [loads, measures] = [`loader${joint}loads`, `loader${joint}measures`];
  let project: BaselineProject;
  beforeAll(() => {
    project = open();
  });
  const bytes = (): readonly (number | undefined)[] => [
    recordedBuffers(project.read(FILE), loads, "body"),
    recordedBuffers(project.read(FILE), measures, "#1"),
    recordedBuffers(project.read(FILE), measures, "large #1"),
  ];
  const summary = (run: Awaited<ReturnType<BaselineProject["run"]>>) =>
    run.memory.files.find(({ path }) => path === "test/load.test.ts")?.baselines;

  test("in CI a first run fails each test that has no baseline, and writes nothing", async () => {
    const run = await project.run([], { CI: "true" });
    expect(run.exitCode).toBe(1);
    expect(run.output).toContain(
      `The body of "${loads}" has no baseline for ${MACHINE} in ${FILE}, and none is written in CI.`,
    );
    expect(run.output).toContain(`toMatchMemoryBaseline() #1 of "${measures}" has no baseline for ${MACHINE}`);
    expect(run.output).toContain("(MEMSPEC_BASELINE_MISSING, see docs/errors.md#memspec_baseline_missing)");
    expect(project.read(FILE)).toBeNull();
  });

  test("a first run records what tests use", async () => {
    const run = await project.run();
    expect(run.output).toContain("Baselines: 6 recorded.");
    expect(run.exitCode).toBe(0);
    expect(bytes()).toEqual([2_000_000, 1_000_000, 3_000_000]);
    expect(recordedBuffers(project.read("test/__memory__/other.test.ts.json"), "same", "body")).toBe(500_000);
    expect(recordedBuffers(project.read("test/__memory__/other.test.ts.json"), "same (2)", "body")).toBe(600_000);
    expect(summary(run)).toEqual({ file: FILE, written: 4, updated: 0, removed: 0, obsolete: [], notes: [] });
  });

  test("a second run passes, in CI too, and changes nothing", async () => {
    const before = project.read(FILE);
    const run = await project.run([], { CI: "true" });
    expect(run.output).not.toContain("Baselines:");
    expect(run.exitCode).toBe(0);
    expect(project.read(FILE)).toBe(before);
  });

  test("a kind of machine without an entry is a new one, beside the others", async () => {
    const before = project.read(FILE) ?? "";
    project.write({ [FILE]: before.replaceAll(`"${MACHINE}"`, '"plan9-mips-node20"') });
    const run = await project.run();
    expect(run.exitCode).toBe(0);
    expect(bytes()).toEqual([2_000_000, 1_000_000, 3_000_000]);
    expect(recordedBuffers(project.read(FILE), loads, "body", "plan9-mips-node20")).toBe(2_000_000);
  });

  test("code that uses more fails, with what, where and what to do next; the file stays", async () => {
    const before = project.read(FILE);
    project.write(loader(2));
    const run = await project.run();
    expect(run.exitCode).toBe(1);
    expect(run.output).toMatch(
      new RegExp(
        [
          "memory baseline of this test's body",
          "",
          "allocated  baseline   now  tolerance",
          "buffers        2 MB  4 MB    ±512 kB  1.49 MB beyond, 2.00 times the baseline",
          "",
          "peak       baseline   now  tolerance",
          "buffers        2 MB  4 MB    ±512 kB  1.49 MB beyond, 2.00 times the baseline",
          "",
          `baseline: ${FILE}, ${MACHINE}`,
          "",
          "Where it was allocated .*",
          "~4 MB .* buffers  load  src/load.ts:4:\\d+",
        ]
          .map((line) => ` *${line.replaceAll(/[()]/g, "\\$&")}\n`)
          .join(""),
      ),
    );
    expect(run.output).toContain("run the test with -u to record them; docs/baselines.md");
    expect(run.output).toContain("expect(fn).toMatchMemoryBaseline()");
    expect(breachesOf(run)).toEqual({
      "loader > loads": ["baseline allocated buffers 4000000/2000000 baseline"],
      "loader > measures": ["baseline allocated buffers 2000000/1000000 toMatchMemoryBaseline() #1"],
      same: ["baseline allocated buffers 1200000/600000 baseline"],
    });
    expect(project.read(FILE)).toBe(before);
  });

  test("-u records it, of this machine alone", async () => {
    const run = await project.run(["-u"]);
    expect(run.exitCode).toBe(0);
    // 500 kB more of 500 kB are within 512 kB.
    expect(run.output).toContain("Baselines: 5 updated.");
    expect(bytes()).toEqual([4_000_000, 2_000_000, 6_000_000]);
    expect(recordedBuffers(project.read(FILE), loads, "body", "plan9-mips-node20")).toBe(2_000_000);
  });

  test("code that uses less passes, and is told; the file stays until -u", async () => {
    project.write(loader(1));
    const run = await project.run();
    expect(run.exitCode).toBe(0);
    expect(run.output).toContain("5 figures better than the baseline  -u takes them over");
    expect(run.output).toContain("allocated (buffers) 2 MB, recorded 4 MB (baseline)");
    const file = run.memory.files.find(({ path }) => path === "test/load.test.ts");
    expect(file?.tests.find(({ name }) => name.at(-1) === "loads")?.improvements).toEqual([
      { of: "allocated", space: "buffers", baselineBytes: 4_000_000, actualBytes: 2_000_000, source: "baseline" },
    ]);
    expect(bytes()).toEqual([4_000_000, 2_000_000, 6_000_000]);
    await project.run(["-u"]);
    expect(bytes()).toEqual([2_000_000, 1_000_000, 3_000_000]);
  });

  test("a test that fails, is skipped, or was not chosen records nothing, and loses nothing", async () => {
    const before = project.read(FILE);
    project.write({
      ...loader(2),
      ...tests(`
  test("fails", () => { expect(() => load(1_000_000)).toMatchMemoryBaseline(); expect(1).toBe(2); });
  test.skip("skipped", () => { load(1_000_000); });`),
    });
    const failing = await project.run(["-u", "-t", "fails"]);
    expect(failing.exitCode).toBe(1);
    expect(failing.output).not.toContain("MEMSPEC_");
    expect(project.read(FILE)).toBe(before);
  });

  test("concurrent tests go without, and a matcher in one is an error", async () => {
    project.write({
      ...loader(1),
      ...tests(`
  test.concurrent("at once", async () => { await null; });
  test.concurrent("measures at once", async () => { await null; expect(() => load(1)).toMatchMemoryBaseline(); });`),
    });
    const run = await project.run();
    expect(run.exitCode).toBe(1);
    expect(run.output).toContain("limits and baselines of the configuration are not checked on");
    expect(run.output).toContain(
      `toMatchMemoryBaseline() cannot tell the memory of "loader${joint}measures at once" from that of the tests`,
    );
    expect(recordedBuffers(project.read(FILE), `loader${joint}at once`, "body")).toBeUndefined();
  });

  test("what no test asks for any more is told, and goes with -u, but not of other machines, nor where tests were chosen", async () => {
    project.write({
      "test/load.test.ts": `import { load } from "../src/load";\ntest("loads", () => { load(2_000_000); });\n`,
    });
    const told = await project.run();
    expect(summary(told)?.obsolete.toSorted()).toEqual(
      [loads, measures, `${measures}, #1`, `${measures}, large #1`].sort(),
    );
    expect(told.output.replaceAll(/\s+/gu, " ")).toContain(
      `${FILE}: 4 entries that no test asks for ("${loads}" and 3 more); -u removes what is obsolete.`,
    );
    expect(bytes()).toEqual([2_000_000, 1_000_000, 3_000_000]);
    await project.run(["-u", "-t", "loads"]);
    expect(bytes()).toEqual([2_000_000, 1_000_000, 3_000_000]);
    const removed = await project.run(["-u"]);
    expect(removed.output).toContain("Baselines: 4 removed.");
    expect(bytes()).toEqual([undefined, undefined, undefined]);
    expect(recordedBuffers(project.read(FILE), measures, "#1", "plan9-mips-node20")).toBe(1_000_000);
  });

  test("a file that is damaged fails the tests that ask, and is never written", async () => {
    const damaged = "<<<<<<< HEAD\n";
    project.write({ [FILE]: damaged });
    const run = await project.run(["-u"]);
    expect(run.exitCode).toBe(1);
    expect(run.output).toContain("MEMSPEC_BASELINE_DAMAGED");
    expect(project.read(FILE)).toBe(damaged);
  });

  test("limits and the baseline of a test are told together", async () => {
    project.write({
      ...loader(1),
      [FILE]: `{ "schema": "memspec-baseline", "version": 1, "tests": {} }\n`,
    });
    await project.run();
    project.write(loader(60));
    const run = await project.run();
    expect(breachesOf(run)["loads"]).toEqual([
      "peak buffers 120000000/100000000 limits.default",
      "baseline allocated buffers 120000000/2000000 baseline",
    ]);
    expect(run.output).toContain("2 memory limits of this test were exceeded:");
  });
}
