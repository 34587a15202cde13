/** The tools that the formats are made for, where they are on this machine: `pprof` (or Go's), `gprof2dot`. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toGprof2dot } from "../../../../../core/src/reports/capture/exports/gprof2dot.js";
import { toPprof } from "../../../../../core/src/reports/capture/exports/pprof.js";
import { sampleCapture } from "./sample-capture.js";

type Command = readonly [string, ...string[]];

/** The first that answers to `--help`. */
function firstThatRuns(candidates: readonly Command[]): Command | undefined {
  return candidates.find(([program, ...args]) => {
    const { error, stdout, stderr } = spawnSync(program, [...args, "--help"], { encoding: "utf8" });
    return error === undefined && /usage/iu.test(stdout + stderr);
  });
}

const PPROF = firstThatRuns([["pprof"], ["go", "tool", "pprof"]]);
const GPROF2DOT = firstThatRuns([["gprof2dot"], ["python3", "-m", "gprof2dot"]]);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "memspec-exports-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run([program, ...args]: Command, ...more: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, [...args, ...more], { cwd: folder, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  // gprof2dot warns where shares do not add up.
  expect(stderr).not.toMatch(/warning/iu);
  return stdout;
}

describe.skipIf(PPROF === undefined)("pprof", () => {
  test("reads the totals of bytes and of allocations, and of one space by its label", () => {
    const source = sampleCapture({ seed: 5 });
    writeFileSync(path.join(folder, "app.pb.gz"), toPprof(source));
    const total = (...args: readonly string[]): number => {
      const text = run(PPROF as Command, "-top", "-nodecount=0", "-unit=B", ...args, "app.pb.gz");
      return Number(/of (\d+)B? total/u.exec(text)?.[1]);
    };
    expect(total()).toBe(source.view.bytes);
    expect(total("-sample_index=objects")).toBe(source.view.count);
    const native = source.view.rows
      .filter(({ space }) => space === "native")
      .reduce((sum, { bytes }) => sum + bytes, 0);
    expect(run(PPROF as Command, "-top", "-unit=B", "-tagfocus=space=native", "app.pb.gz")).toContain(`${native}B`);
  });
});

describe.skipIf(GPROF2DOT === undefined)("gprof2dot", () => {
  test("draws a graph of what memspec writes, without a warning", () => {
    writeFileSync(path.join(folder, "app.json"), JSON.stringify(toGprof2dot(sampleCapture({ seed: 5 }))));
    expect(run(GPROF2DOT as Command, "-f", "json", "app.json")).toMatch(/^digraph \{/u);
  });
});
