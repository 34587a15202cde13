/** Cases of baselines beside their story, and of breaches by matchers: the same in both runners. */

import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { type BaselineProject, breachesOf, recordedBuffers } from "./baseline-files.js";
import type { ProjectFiles } from "./project.js";

const KEEP = `
const kept: unknown[] = [];
const keep = (bytes: number): void => { kept.push(Buffer.alloc(bytes)); };
`;

const FILE = "__memory__/a.test.ts.json";

/**
 * @param retry what stands before a test that is tried again, and what stands in its options
 * @param open makes a project with these options of the plugin
 */
export function baselineCases(
  retry: { readonly before: string; readonly option: string },
  open: (files: ProjectFiles, options: object) => BaselineProject,
): void {
  test("a matcher of sizes that a test failed with is a breach, with its spaces; one that was caught, or follows .not, is none", async () => {
    const project = open(
      {
        "a.test.ts": `${KEEP}
const space = "buffers";
test("allocates", () => { expect(() => keep(5000)).toAllocateLessThan(100, { space }); });
test("peaks", () => { expect(() => keep(5000)).toPeakBelow(100, { space: ["buffers", "native"] }); });
test("peaks in all", async () => { await expect(async () => keep(5_000_000)).toPeakBelow(4_000_000, { space: ["native", "heap", "buffers"] }); });
test("retains", async () => { await expect(() => keep(5000)).toRetainLessThan(100, { space }); });
test("something", () => { expect(() => keep(5000)).toAllocateNothing({ space, warmup: 0 }); });
test("caught", () => { expect(() => expect(() => keep(5000)).toPeakBelow(100, { space })).toThrow(); });
test("not", () => { expect(() => keep(5000)).not.toAllocateLessThan("1 MB", { space }); });
test("fails otherwise", () => { try { expect(() => keep(5000)).toPeakBelow(100, { space }); } catch {} expect(1).toBe(2); });
${retry.before}
let tries = 0;
test("passes at last", ${retry.option} () => { tries += 1; if (tries === 1) expect(() => keep(5000)).toPeakBelow(100, { space }); });
`,
      },
      {},
    );
    const run = await project.run();
    const { "peaks in all": all, ...exact } = breachesOf(run);
    expect(exact).toEqual({
      allocates: ["allocated buffers 5000/100 toAllocateLessThan()"],
      peaks: ["peak total of buffers+native 5000/100 toPeakBelow()"],
      retains: ["retained buffers 5000/100 toRetainLessThan()"],
      something: ["allocated buffers 5000/0 toAllocateNothing()"],
    });
    expect(all).toHaveLength(1);
    expect(all?.[0]).toMatch(/^peak total 50\d{5}\/4000000 toPeakBelow\(\)$/);
    expect(run.output).toContain("peak (buffers + native) 5 kB, limit 100 B (toPeakBelow()): 50.00 times the limit");
  });

  test("a test that is tried again counts its calls anew, and records those of the attempt that passed", async () => {
    const project = open(
      {
        "a.test.ts": `${KEEP}${retry.before}
let tries = 0;
test("again", ${retry.option} () => {
  tries += 1;
  expect(() => keep(1000 * tries)).toMatchMemoryBaseline({ space: "buffers" });
  expect(tries).toBe(2);
});
`,
      },
      {},
    );
    expect((await project.run()).exitCode).toBe(0);
    expect(project.read(FILE)?.match(/"(?:.* )?#\d"/gu)).toEqual(['"#1"']);
    expect(recordedBuffers(project.read(FILE), "again", "#1")).toBe(2000);
  });

  test("figures that are unknown are not compared, never 0, and that is told", async () => {
    const project = open({ "a.test.ts": `${KEEP}test("keeps", () => { keep(3_000_000); });\n` }, { baseline: true });
    await project.run([], { MEMSPEC_ADDON: "off" });
    expect(project.read(FILE)).toContain('"native": null');
    const known = await project.run();
    expect(known.exitCode).toBe(0);
    expect(known.output.replaceAll(/\s+/gu, " ")).toContain(
      'unknown now, or were when they were recorded, are not compared with the baseline: of "keeps".',
    );
    expect(project.read(FILE)).toContain('"native": null');
    await project.run(["-u"]);
    expect(project.read(FILE)).toContain('"native": 0');
    const unknown = await project.run(["-u"], { MEMSPEC_ADDON: "off" });
    expect(unknown.exitCode).toBe(0);
    expect(unknown.output).toContain("are not compared");
    expect(project.read(FILE)).toContain('"native": 0');
  });

  test("a run that is not observed records and compares all the same", async () => {
    const files = { "a.test.ts": `${KEEP}test("keeps", () => { keep(3_000_000); });\n` };
    const project = open(files, { baseline: true, observe: false, space: "buffers" });
    project.write({ ".memspec/report.json": "{}" });
    await project.run();
    expect(recordedBuffers(project.read(FILE), "keeps", "body")).toBe(3_000_000);
    project.write({ "a.test.ts": `${KEEP}test("keeps", () => { keep(4_000_000); });\n` });
    const run = await project.run();
    expect(run.exitCode).toBe(1);
    expect(run.output).toContain("memory baseline of this test's body");
  });

  test("a file that cannot be written fails the test file, and says why", async () => {
    const project = open({ "a.test.ts": `${KEEP}test("keeps", () => { keep(3_000_000); });\n` }, { baseline: true });
    const elsewhere = path.join(project.project.root, "elsewhere");
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, path.join(project.project.root, "__memory__"));
    const run = await project.run();
    expect(run.exitCode).toBe(1);
    expect(run.output).toContain(`${FILE} cannot be written: its folder __memory__ is a symbolic link.`);
    expect(run.output).toContain("MEMSPEC_FILE_UNWRITABLE");
    expect(readdirSync(elsewhere)).toEqual([]);
  });
}
