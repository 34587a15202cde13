import { describe, expect, test } from "vitest";
import { assertBodyLimit } from "../../../core/src/assertions/body-limit.js";
import type { FigureName } from "../../../core/src/assertions/figures.js";
import { assertAllocateLessThan } from "../../../core/src/assertions/to-allocate-less-than.js";
import { assertAllocateNothing } from "../../../core/src/assertions/to-allocate-nothing.js";
import { assertBeCollected } from "../../../core/src/assertions/to-be-collected.js";
import { assertPeakBelow } from "../../../core/src/assertions/to-peak-below.js";
import { assertRetainInstances } from "../../../core/src/assertions/to-retain-instances.js";
import { assertRetainLessThan } from "../../../core/src/assertions/to-retain-less-than.js";
import type { Measurement } from "../../../core/src/capture/measurement.js";
import { ALL_SPACES, CONTEXT, FALLBACK, measurement } from "./build.js";

function run(figure: FigureName, bytes: number | null): Measurement {
  return measurement({ total: { [`${figure}Bytes`]: bytes } });
}

function sizeAssertion(runs: readonly Measurement[], limitBytes: number) {
  return { headline: "expect(fn).…", runs, limitBytes, spaces: ALL_SPACES, context: CONTEXT };
}

const BELOW = [
  ["toAllocateLessThan", assertAllocateLessThan, "allocated"],
  ["toPeakBelow", assertPeakBelow, "peak"],
  ["toRetainLessThan", assertRetainLessThan, "retained"],
] as const;

describe.each(BELOW)("%s", (_name, assert, figure) => {
  test("passes one byte below the limit", () => {
    expect(assert(sizeAssertion([run(figure, 999)], 1000)).pass).toBe(true);
  });

  test("fails at the limit", () => {
    expect(assert(sizeAssertion([run(figure, 1000)], 1000)).pass).toBe(false);
  });

  test("fails one byte above the limit, and says how far", () => {
    const { pass, facts } = assert(sizeAssertion([run(figure, 1001)], 1000));
    expect(pass).toBe(false);
    expect(facts).toMatchObject({ figure, figureBytes: 1001, limitBytes: 1000, overBytes: 1 });
  });

  test("looks at its own figure alone", () => {
    const others = { allocatedBytes: 5000, peakBytes: 5000, retainedBytes: 5000, [`${figure}Bytes`]: 1 };
    expect(assert(sizeAssertion([measurement({ total: others })], 1000)).pass).toBe(true);
  });

  test("an unknown figure is an error, not a pass", () => {
    const unknown = measurement({ total: { [`${figure}Bytes`]: null }, capabilities: FALLBACK });
    expect(() => assert(sizeAssertion([unknown], 1000))).toThrow(
      expect.objectContaining({ code: "MEMSPEC_UNAVAILABLE", hint: "The total is that of heap and buffers." }),
    );
  });

  test("an unknown figure in one of several runs is an error too", () => {
    expect(() => assert(sizeAssertion([run(figure, 1), run(figure, null), run(figure, 2)], 1000))).toThrow(
      expect.objectContaining({ code: "MEMSPEC_UNAVAILABLE" }),
    );
  });

  test("asserts the median of the runs and keeps the spread", () => {
    const runs = [run(figure, 3000), run(figure, 10), run(figure, 999)];
    const { pass, facts } = assert(sizeAssertion(runs, 1000));
    expect(pass).toBe(true);
    expect(facts.measurement).toBe(runs[2]);
    expect(facts.spread).toEqual({ runs: 3, minBytes: 10, maxBytes: 3000 });
  });

  test("of two runs asserts the higher", () => {
    expect(assert(sizeAssertion([run(figure, 10), run(figure, 1000)], 1000)).pass).toBe(false);
  });
});

describe("toAllocateNothing", () => {
  test.each([
    [0, true],
    [1, false],
  ])("%i bytes: passes is %s", (bytes, pass) => {
    const { limitBytes: _, ...rest } = sizeAssertion([run("allocated", bytes)], 0);
    expect(assertAllocateNothing(rest).pass).toBe(pass);
  });
});

describe("a limit on a body", () => {
  const sides: readonly [number, boolean][] = [
    [999, true],
    [1000, true],
    [1001, false],
  ];
  for (const figure of ["peak", "allocated", "retained"] as const) {
    test.each(sides)(`${figure}: %i bytes against 1000 B, passes is %s`, (bytes, pass) => {
      const limit = { figure, limitBytes: 1000, source: "limitMemory()" };
      expect(assertBodyLimit(limit, run(figure, bytes), ALL_SPACES, CONTEXT).pass).toBe(pass);
    });
  }
});

describe("toRetainInstances", () => {
  test.each([
    [1, true],
    [2, true],
    [3, false],
  ])("%i alive where 2 are allowed: passes is %s", (alive, pass) => {
    const outcome = assertRetainInstances({
      headline: "",
      alive: { Session: alive },
      allowed: { Session: 2 },
      context: CONTEXT,
    });
    expect(outcome.pass).toBe(pass);
    expect(outcome.facts).toEqual([{ name: "Session", alive, allowed: 2 }]);
  });

  test("fails when one class of several has too many", () => {
    const alive = { Session: 0, Socket: 1 };
    const outcome = assertRetainInstances({
      headline: "",
      alive,
      allowed: { Session: 0, Socket: 0 },
      context: CONTEXT,
    });
    expect(outcome.pass).toBe(false);
  });

  test("a class that was not counted is an error, not a pass", () => {
    expect(() => assertRetainInstances({ headline: "", alive: {}, allowed: { Session: 0 }, context: CONTEXT })).toThrow(
      RangeError,
    );
  });
});

describe("toBeCollected", () => {
  test.each([true, false])("collected %s is what passes", (collected) => {
    expect(assertBeCollected({ headline: "", collected, constructorName: "Session", context: CONTEXT }).pass).toBe(
      collected,
    );
  });
});
