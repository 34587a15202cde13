import { describe, expect, test } from "vitest";
import { type BreachFacts, breachesOf, breachRecord, createFailedMatchers } from "../../../core/src/limits/breaches.js";
import { MemspecLimitError } from "../../../core/src/limits/limit-error.js";

const FACTS: BreachFacts = {
  figure: "peak",
  spaces: ["heap", "buffers", "native"],
  figureBytes: 20,
  limitBytes: 10,
  source: "toPeakBelow()",
};

describe("the space of a breach", () => {
  test.each([
    [["heap", "buffers", "native"], { space: "total" }],
    [["native"], { space: "native" }],
    [["heap", "buffers"], { space: "total", spaces: ["heap", "buffers"] }],
  ] as const)("of %j is %j", (spaces, expected) => {
    expect(breachRecord({ ...FACTS, spaces })).toEqual({
      figure: "peak",
      limitBytes: 10,
      actualBytes: 20,
      source: "toPeakBelow()",
      ...expected,
    });
  });
});

test("a limit error is a breach for each of its failures, any other error is none", () => {
  const failure = { ...FACTS, notice: null, text: "text" };
  expect(breachesOf(new MemspecLimitError([failure, { ...failure, figure: "baseline", of: "peak" }]))).toMatchObject([
    { figure: "peak" },
    { figure: "baseline", of: "peak" },
  ]);
  for (const error of [new Error("other"), undefined, null, "text"]) expect(breachesOf(error)).toEqual([]);
});

describe("a matcher that failed", () => {
  test("is the test's breach when the test failed with its message", () => {
    const failed = createFailedMatchers();
    failed.note("1", "first", FACTS);
    failed.note("1", "second", { ...FACTS, figure: "allocated" });
    failed.note("2", "second", FACTS);
    expect(failed.take("1", [new Error("second"), "first", null])).toMatchObject([{ figure: "allocated" }]);
  });

  test("is nobody's when it was caught, and is forgotten with its attempt", () => {
    const failed = createFailedMatchers();
    failed.note("1", "caught", FACTS);
    expect(failed.take("1", [new Error("another")])).toEqual([]);
    expect(failed.take("1", [new Error("caught")])).toEqual([]);
  });
});
