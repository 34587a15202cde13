/** `toMatchMemoryBaseline` with the tracker that is there, on a file in a temporary folder. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Baselines, createBaselines } from "../../../core/src/baselines/baselines.js";
import type { UpdateMode } from "../../../core/src/baselines/types.js";
import { baselineLimit } from "../../../core/src/limits/baseline-limit.js";
import { createFailedMatchers } from "../../../core/src/limits/breaches.js";
import { runBody } from "../../../core/src/limits/run.js";
import { createMatchers } from "../../../core/src/matchers/create.js";
import type { MatcherResult, MatcherThis } from "../../../core/src/matchers/host.js";
import { createPending } from "../../../core/src/matchers/pending.js";
import type { MatchBaselineOptions, MatcherDefaults } from "../../../core/src/matchers/types.js";
import { testHost } from "../limits/host.js";

const kept: unknown[] = [];
let bytes = 0;
const allocate = (): void => {
  kept.push(Buffer.alloc(bytes));
};
const is: MatcherThis = { isNot: false };
const isNot: MatcherThis = { isNot: true };
const OPTIONS: MatchBaselineOptions = { space: "buffers", tolerance: { relative: 0.1, absolute: 0 } };

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "match-baseline-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function open(update: UpdateMode): Baselines {
  return createBaselines({ testFile: path.join(root, "a.test.ts"), project: null, root, update, machine: "machine" });
}

/** One run of a test file with one call in its one test. */
function call(
  update: UpdateMode,
  size: number,
  that = is,
  options: unknown = OPTIONS,
  defaults: MatcherDefaults = {},
): MatcherResult {
  bytes = size;
  const baselines = open(update);
  const failedMatchers = createFailedMatchers();
  const host = { ...testHost(), root, baselines, failedMatchers };
  const matchers = createMatchers(host, defaults, createPending(host));
  const answer = matchers.toMatchMemoryBaseline.call(that, allocate, options as MatchBaselineOptions) as MatcherResult;
  baselines.finish(() => [{ name: "suite > a test", state: "passed" }], false);
  return answer;
}

describe("a call", () => {
  test("passes without a baseline, which it records", () => {
    expect(call("new", 100_000).pass).toBe(true);
    expect(call("none", 100_000).pass).toBe(true);
  });

  test.each([
    [90_000, true, false],
    [110_000, true, false],
    [89_999, true, true],
    [110_001, false, true],
  ] as const)("recorded with 100000 B, it passes with %d B: %s; with .not: %s", (now, passes, passesNot) => {
    call("new", 100_000);
    expect(call("none", now).pass).toBe(passes);
    expect(call("none", now, isNot).pass).toBe(!passesNot);
  });

  test("with .not records nothing, so that without a baseline it is an error", () => {
    expect(() => call("new", 100_000, isNot)).toThrow(expect.objectContaining({ code: "MEMSPEC_BASELINE_MISSING" }));
    expect(() => call("none", 100_000)).toThrow(expect.objectContaining({ code: "MEMSPEC_BASELINE_MISSING" }));
  });

  test("passes with -u, whatever it is, and with .not is judged all the same, and records nothing", () => {
    call("new", 100_000);
    expect(call("all", 200_000, isNot).pass).toBe(false);
    expect(call("none", 200_000).pass).toBe(false);
    expect(call("all", 200_000).pass).toBe(true);
    expect(call("none", 200_000).pass).toBe(true);
    expect(call("none", 100_000, isNot).pass).toBe(false);
  });

  test("takes the tolerance of the configuration where it says none, and says what it does say", () => {
    const baseline = { tolerance: { absolute: "150 kB" } };
    call("new", 100_000);
    expect(call("none", 250_000, is, { space: "buffers" }, { baseline }).pass).toBe(true);
    expect(call("none", 250_001, is, { space: "buffers" }, { baseline }).pass).toBe(false);
    expect(call("none", 250_000, is, OPTIONS, { baseline }).pass).toBe(false);
    // By default 64 kB.
    expect(call("none", 164_000, is, { space: "buffers" }).pass).toBe(true);
    expect(call("none", 164_001, is, { space: "buffers" }).pass).toBe(false);
  });

  test("makes three calls that do not count and three that do, unless it is told otherwise", () => {
    const before = kept.length;
    call("new", 10);
    expect(kept.length - before).toBe(6);
    call("none", 10, is, { ...OPTIONS, warmup: 1 }, { runs: 2 });
    expect(kept.length - before).toBe(9);
  });

  test("that fails says how each space lies, where it was allocated, and how to take it over", () => {
    call("new", 100_000);
    const text = call("none", 300_000).message();
    expect(text.split("\n").slice(0, 9)).toEqual([
      "expect(fn).toMatchMemoryBaseline()",
      "",
      "  allocated  baseline     now  tolerance",
      "  buffers      100 kB  300 kB     ±10 kB  190 kB beyond, 3.00 times the baseline",
      "",
      "  peak       baseline     now  tolerance",
      "  buffers      100 kB  300 kB     ±10 kB  190 kB beyond, 3.00 times the baseline",
      "",
      "  baseline: __memory__/a.test.ts.json, machine, #1",
    ]);
    expect(text).toContain("-u");
    expect(call("none", 100_000, isNot).message()).toContain("All figures are within the tolerance.");
  });
});

describe("wrong use is an error", () => {
  test.each([
    ["MEMSPEC_UNKNOWN_OPTION", { tolerence: {} }],
    ["MEMSPEC_UNKNOWN_OPTION", { tolerance: { percent: 3 } }],
    ["MEMSPEC_INVALID_OPTION", { tolerance: 0.1 }],
    ["MEMSPEC_INVALID_OPTION", { tolerance: { relative: -0.1 } }],
    ["MEMSPEC_INVALID_OPTION", { tolerance: { relative: Number.NaN } }],
    ["MEMSPEC_INVALID_OPTION", { tolerance: { relative: "10%" } }],
    ["MEMSPEC_INVALID_SIZE", { tolerance: { absolute: "much" } }],
    ["MEMSPEC_INVALID_OPTION", { name: "" }],
    ["MEMSPEC_INVALID_OPTION", { name: 3 }],
  ])("%s: %j", (code, options) => {
    expect(() => call("new", 10, is, options)).toThrow(expect.objectContaining({ code }));
  });

  test("outside of a test, and where nobody keeps baselines", () => {
    const host = testHost();
    const matchers = createMatchers(host, {}, createPending(host));
    const use = (): unknown => matchers.toMatchMemoryBaseline.call(is, allocate);
    expect(use).toThrow(
      expect.objectContaining({ code: "MEMSPEC_UNAVAILABLE", hint: expect.stringContaining("plugin") }),
    );
    host.test = undefined;
    expect(use).toThrow(
      expect.objectContaining({ code: "MEMSPEC_UNAVAILABLE", hint: expect.stringContaining("a test") }),
    );
  });

  test("a wrong baseline in the configuration", () => {
    for (const baseline of ["yes", { tolerance: { relative: -1 } }, { tolerances: {} }]) {
      expect(() => call("new", 10, is, {}, { baseline: baseline as never })).toThrow(/memspec, baseline/);
    }
  });
});

describe("a body", () => {
  const limit = baselineLimit({ relative: 0, absoluteBytes: 0 });
  function body(update: UpdateMode, size: number, limits = [limit], test: () => void = allocate): unknown {
    bytes = size;
    const baselines = open(update);
    const host = { ...testHost(), root, baselines };
    try {
      return runBody(host, limits, test, undefined, [], { space: "buffers" });
    } finally {
      baselines.finish(() => [{ name: "suite > a test", state: "passed" }], false);
    }
  }

  test("is compared with what it used, strictly", () => {
    body("new", 1000);
    expect(() => body("none", 1000)).not.toThrow();
    expect(() => body("none", 999)).not.toThrow();
    expect(() => body("none", 1001)).toThrow(
      expect.objectContaining({
        code: "MEMSPEC_LIMIT_EXCEEDED",
        failures: [
          expect.objectContaining({
            figure: "baseline",
            of: "allocated",
            figureBytes: 1001,
            limitBytes: 1000,
            spaces: ["buffers"],
          }),
        ],
      }),
    );
  });

  test("that throws is told by its own error alone, and records nothing", () => {
    const fails = (): void => {
      allocate();
      throw new Error("its own");
    };
    expect(() => body("none", 1000, [limit], fails)).toThrow("its own");
  });

  test("without a baseline in CI is told of the limit that it broke, else of the baseline", () => {
    const peak = {
      source: "limits.default",
      figures: [{ figure: "peak", limitBytes: 500 }],
      leaks: null,
      spaces: null,
    } as const;
    expect(() => body("none", 1000, [peak, limit])).toThrow(
      expect.objectContaining({ code: "MEMSPEC_LIMIT_EXCEEDED" }),
    );
    expect(() => body("none", 400, [peak, limit])).toThrow(
      expect.objectContaining({ code: "MEMSPEC_BASELINE_MISSING" }),
    );
  });

  test("that is asynchronous is compared when it has ended", async () => {
    const slow = async (): Promise<void> => {
      await null;
      allocate();
    };
    body("new", 1000);
    const baselines = open("none");
    bytes = 2000;
    const run = runBody({ ...testHost(), root, baselines }, [limit], slow, undefined, [], { space: "buffers" });
    await expect(run).rejects.toMatchObject({ code: "MEMSPEC_LIMIT_EXCEEDED", failures: [{ figureBytes: 2000 }] });
  });
});
