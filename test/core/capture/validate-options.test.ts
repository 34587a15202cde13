import { describe, expect, test } from "vitest";
import { sampleIntervalFor } from "../../../core/src/capture/sample-interval.js";
import { planFromOptions, planMeasurement, validateOptions } from "../../../core/src/capture/validate-options.js";
import { MemspecError } from "../../../core/src/errors/memspec-error.js";

function refusal(body: () => unknown): MemspecError {
  try {
    body();
  } catch (error) {
    if (error instanceof MemspecError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const refused = (options: unknown): MemspecError => refusal(() => validateOptions(options, "toPeakBelow()"));

describe("options that are taken", () => {
  test("every option has a default", () => {
    const defaults = {
      spaces: ["heap", "buffers", "native"],
      spacesNamed: false,
      warmup: 0,
      runs: 1,
      ignore: [],
      stacks: "sampled",
      sampleInterval: null,
      threads: "isolate",
      verbose: false,
    };
    expect(validateOptions(undefined, "x()")).toEqual(defaults);
    expect(validateOptions({}, "x()")).toEqual(defaults);
    expect(validateOptions({ space: undefined, warmup: undefined, ignore: undefined }, "x()")).toEqual(defaults);
  });

  test("what is given is kept, in one form", () => {
    expect(
      validateOptions(
        {
          space: ["native", "heap", "native"],
          warmup: 3,
          runs: 5,
          stacks: "sampled",
          sampleInterval: "4 KiB",
          threads: "process",
          verbose: true,
        },
        "x()",
      ),
    ).toEqual({
      spaces: ["heap", "native"],
      spacesNamed: true,
      warmup: 3,
      runs: 5,
      ignore: [],
      stacks: "sampled",
      sampleInterval: 4096,
      threads: "process",
      verbose: true,
    });
    expect(validateOptions({ space: "heap" }, "x()").spaces).toEqual(["heap"]);
  });

  test("ignoring implies exact stacks", () => {
    expect(validateOptions({ ignore: "warmCaches" }, "x()")).toMatchObject({ ignore: ["warmCaches"], stacks: "exact" });
    expect(validateOptions({ ignore: [/a/u, "b"], stacks: "exact" }, "x()")).toMatchObject({ stacks: "exact" });
    expect(validateOptions({ ignore: [] }, "x()")).toMatchObject({ ignore: [], stacks: "sampled" });
  });

  test("the least and the most of a count are taken", () => {
    expect(validateOptions({ warmup: 0, runs: 1 }, "x()")).toMatchObject({ warmup: 0, runs: 1 });
    expect(validateOptions({ warmup: 1_000_000, runs: 1_000_000 }, "x()")).toMatchObject({ warmup: 1_000_000 });
  });
});

describe("what is wrong is refused by the name of the call, with a way out", () => {
  test.each([
    [{ space: "stack" }, "MEMSPEC_INVALID_OPTION", 'The spaces are "heap"'],
    [{ space: "buffer" }, "MEMSPEC_INVALID_OPTION", 'Did you mean "buffers"?'],
    [{ space: [] }, "MEMSPEC_INVALID_OPTION", "at least one"],
    [{ space: ["heap", 1] }, "MEMSPEC_INVALID_OPTION", 'The spaces are "heap"'],
    [{ space: null }, "MEMSPEC_INVALID_OPTION", 'The spaces are "heap"'],
    [{ space: "engine" }, "MEMSPEC_INVALID_OPTION", 'The spaces are "heap"'],
    [{ warmup: -1 }, "MEMSPEC_INVALID_OPTION", "whole number from 0"],
    [{ warmup: 1.5 }, "MEMSPEC_INVALID_OPTION", "whole number from 0"],
    [{ warmup: "3" }, "MEMSPEC_INVALID_OPTION", "whole number from 0"],
    [{ warmup: Number.NaN }, "MEMSPEC_INVALID_OPTION", "whole number from 0"],
    [{ warmup: 1_000_001 }, "MEMSPEC_INVALID_OPTION", "to 1000000"],
    [{ runs: 0 }, "MEMSPEC_INVALID_OPTION", "whole number from 1"],
    [{ runs: Number.POSITIVE_INFINITY }, "MEMSPEC_INVALID_OPTION", "whole number from 1"],
    [{ ignore: "" }, "MEMSPEC_INVALID_OPTION", "A pattern is"],
    [{ ignore: [1] }, "MEMSPEC_INVALID_OPTION", "A pattern is"],
    [{ ignore: "x", stacks: "sampled" }, "MEMSPEC_INVALID_OPTION", '"ignore" needs every stack'],
    [{ ignore: "x", stacks: "none" }, "MEMSPEC_INVALID_OPTION", '"ignore" needs every stack'],
    [{ ignore: "x", sampleInterval: 512 }, "MEMSPEC_INVALID_OPTION", "no interval"],
    [{ stacks: "exakt" }, "MEMSPEC_INVALID_OPTION", 'Did you mean "exact"?'],
    [{ stacks: true }, "MEMSPEC_INVALID_OPTION", '"sampled", "exact", "none"'],
    [{ sampleInterval: 0 }, "MEMSPEC_INVALID_OPTION", "at least 1 byte"],
    [{ sampleInterval: "0 B" }, "MEMSPEC_INVALID_OPTION", "at least 1 byte"],
    [{ sampleInterval: "4k" }, "MEMSPEC_INVALID_SIZE", 'Did you mean "4kB"?'],
    [{ sampleInterval: 512, stacks: "none" }, "MEMSPEC_INVALID_OPTION", "no interval"],
    [{ threads: "all" }, "MEMSPEC_INVALID_OPTION", '"isolate", "process"'],
    [{ verbose: 1 }, "MEMSPEC_INVALID_OPTION", "true or false"],
    [{ spaces: "heap" }, "MEMSPEC_UNKNOWN_OPTION", 'Did you mean "space"?'],
    [{ warmUp: 1 }, "MEMSPEC_UNKNOWN_OPTION", 'Did you mean "warmup"?'],
    [{ retries: 1 }, "MEMSPEC_UNKNOWN_OPTION", "The options are space, warmup"],
    [{ retained: true }, "MEMSPEC_UNKNOWN_OPTION", "The options are"],
    [null, "MEMSPEC_INVALID_OPTION", "For example"],
    ["heap", "MEMSPEC_INVALID_OPTION", "For example"],
    [["heap"], "MEMSPEC_INVALID_OPTION", "For example"],
    [() => 1, "MEMSPEC_INVALID_OPTION", "For example"],
  ])("%o", (options, code, hint) => {
    const error = refused(options);
    expect(error.code).toBe(code);
    expect(error.hint).toContain(hint);
    if (code !== "MEMSPEC_INVALID_SIZE") expect(error.message).toContain("toPeakBelow()");
  });

  test("a key that the call adds is taken, and named among the options", () => {
    expect(() => validateOptions({ instances: 1 }, "x()", ["space", "instances"])).not.toThrow();
    expect(refusal(() => validateOptions({ warmup: 1 }, "x()", ["space", "instances"])).hint).toBe(
      "The options are space, instances.",
    );
  });
});

describe("plans", () => {
  test.each([
    [null, 131_072],
    [0, 512],
    [256_000, 512],
    [256_249, 512],
    [256_250, 513],
    [50_000_000, 100_000],
    [262_144_000, 524_288],
    [1e12, 524_288],
  ])("the interval for a limit of %s bytes is %d", (limit, interval) => {
    expect(sampleIntervalFor(limit)).toBe(interval);
  });

  test("the interval follows the limit, unless it was given, and exact and none are intervals too", () => {
    const plan = (options: unknown): number =>
      planMeasurement(validateOptions(options, "x()"), { limitBytes: 50_000_000 }).sampleInterval;
    expect(plan({})).toBe(100_000);
    expect(plan({ sampleInterval: "1 kB" })).toBe(1000);
    expect(plan({ stacks: "exact" })).toBe(1);
    expect(plan({ stacks: "none" })).toBe(0);
  });

  test("retained memory needs a settled start, other figures settle when they ask for it", () => {
    const options = validateOptions({}, "x()");
    expect(planMeasurement(options)).toMatchObject({ retained: false, settle: false });
    expect(planMeasurement(options, { retained: true })).toMatchObject({ retained: true, settle: true });
    expect(planMeasurement(options, { settle: true })).toMatchObject({ retained: false, settle: true });
  });

  test("measure settles by default and track does not", () => {
    expect(planFromOptions({}, "measure()", true).settle).toBe(true);
    expect(planFromOptions({ settle: false }, "measure()", true).settle).toBe(false);
    expect(planFromOptions({}, "track()", false).settle).toBe(false);
    expect(planFromOptions({ retained: true }, "track()", false)).toMatchObject({ retained: true, settle: true });
    expect(refusal(() => planFromOptions({ retained: true, settle: false }, "measure()", true))).toMatchObject({
      code: "MEMSPEC_INVALID_OPTION",
      value: false,
    });
    expect(refusal(() => planFromOptions({ retained: "yes" }, "measure()", true)).code).toBe("MEMSPEC_INVALID_OPTION");
  });
});
