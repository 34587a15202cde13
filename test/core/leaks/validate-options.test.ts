import { describe, expect, test } from "vitest";
import { MemspecError } from "../../../core/src/errors/memspec-error.js";
import { planLeakCheck } from "../../../core/src/leaks/validate-options.js";

function refused(options: unknown): MemspecError {
  try {
    planLeakCheck(options, "findLeaks()");
  } catch (error) {
    if (error instanceof MemspecError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("every option has a default", () => {
  expect(planLeakCheck(undefined, "x()")).toEqual({
    runs: null,
    warmup: null,
    setup: null,
    teardown: null,
    ignore: [],
    allow: { bytes: 0, instances: 0 },
    spaces: ["heap", "buffers", "native", "handles"],
    spacesNamed: false,
    timeoutMs: 30_000,
    strict: false,
  });
});

test("what is given is kept, in one form", () => {
  const ignore = { type: /^Cache/u, reason: "bounded" };
  const plan = planLeakCheck({ runs: 3, warmup: 0, ignore, allow: "1 KiB", space: "heap", timeout: 10 }, "x()");
  expect(plan).toMatchObject({
    runs: 3,
    warmup: 0,
    ignore: [ignore],
    spaces: ["heap"],
    spacesNamed: true,
    timeoutMs: 10,
  });
  expect(plan.allow).toEqual({ bytes: 1024, instances: 0 });
  expect(planLeakCheck({ allow: { instances: 0.5 } }, "x()").allow).toEqual({ bytes: 0, instances: 0.5 });
});

describe("what is refused", () => {
  test("an option that there is none of, with the nearest one", () => {
    expect(refused({ warmUp: 3 })).toMatchObject({ code: "MEMSPEC_UNKNOWN_OPTION", hint: 'Did you mean "warmup"?' });
    expect(refused({ ignore: { typ: "A", reason: "x" } }).hint).toBe('Did you mean "type"?');
    expect(refused({ allow: { byte: 1 } }).hint).toBe('Did you mean "bytes"?');
  });

  test("two calls in a batch; three are taken", () => {
    expect(refused({ runs: 2 }).code).toBe("MEMSPEC_INVALID_OPTION");
    expect(planLeakCheck({ runs: 3 }, "x()").runs).toBe(3);
  });

  test.each([
    [{ setup: 3 }],
    [{ timeout: 0 }],
    [{ timeout: Number.NaN }],
    [{ space: "heaps" }],
    [{ space: [] }],
    [{ strict: "yes" }],
    [{ allow: { instances: -1 } }],
    [{ ignore: "Session" }],
    [{ ignore: { type: "Session" } }],
    [{ ignore: { type: "Session", reason: " " } }],
    [{ ignore: { reason: "x" } }],
    [{ ignore: { type: "A", file: "b", reason: "x" } }],
    [{ ignore: { type: "", reason: "x" } }],
    [{ ignore: { group: "Session", reason: "x" } }],
  ])("%j", (options) => {
    expect(refused(options).code).toBe("MEMSPEC_INVALID_OPTION");
  });

  test("an allowance that is no size", () => {
    expect(refused({ allow: "much" }).code).toBe("MEMSPEC_INVALID_SIZE");
  });
});
