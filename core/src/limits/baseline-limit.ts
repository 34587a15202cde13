/** The baseline of a test's body, beside its limits. */

import { messageStyle } from "../assertions/colours.js";
import { assertMatchBaseline } from "../assertions/to-match-memory-baseline.js";
import type { Baselines, MeasuredTest } from "../baselines/baselines.js";
import { recordedFigures } from "../baselines/figures.js";
import { BODY_CALL } from "../baselines/names.js";
import type { ParsedTolerance } from "../baselines/types.js";
import type { AssertableSpace, Measurement } from "../capture/measurement.js";
import { MemspecError } from "../errors/memspec-error.js";
import { noteFailedCheck } from "../observe/failed-checks.js";
import type { LimitFailure } from "./limit-error.js";
import type { LimitsHost, ParsedLimit } from "./types.js";

/** The limit that a baseline is, for the body of every test. */
export function baselineLimit(tolerance: ParsedTolerance): ParsedLimit {
  return { source: "baseline", figures: [], leaks: null, spaces: null, baseline: tolerance };
}

/**
 * Where baselines are, and of which test.
 *
 * @param what the call that needs them, for messages
 * @throws MemspecError `MEMSPEC_UNAVAILABLE`
 */
export function baselinesOf(
  host: LimitsHost,
  what: string,
): { readonly baselines: Baselines; readonly test: MeasuredTest } {
  const test = host.currentTest();
  const { baselines } = host;
  if (test === undefined || baselines === undefined) {
    throw new MemspecError("MEMSPEC_UNAVAILABLE", `${what} has no baseline here.`, {
      hint:
        test === undefined
          ? "A baseline is a test's: call it while a test runs."
          : "Baselines need memspec's plugin in Vitest, and memspec's test environment in Jest.",
    });
  }
  return { baselines, test: measuredTest(test) };
}

/** A test as its baselines know it. */
export function measuredTest(test: NonNullable<ReturnType<LimitsHost["currentTest"]>>): MeasuredTest {
  return { id: test.id, name: test.uniqueName ?? test.fullName };
}

/** @returns the failure, if a figure is worse; a baseline that is new or updated is noted, to be written when the test has passed */
export function baselineFailures(
  host: LimitsHost,
  { source, baseline }: ParsedLimit,
  measurement: Measurement,
  spaces: readonly AssertableSpace[],
  verbose: boolean,
): readonly LimitFailure[] {
  if (baseline === undefined) return [];
  const { baselines, test } = baselinesOf(host, "The body of a test");
  const judged = baselines.judge(test, BODY_CALL, recordedFigures([measurement], spaces), baseline, true);
  if (judged.kind === "new") return [];
  const { pass, facts, message } = assertMatchBaseline({
    headline: "memory baseline of this test's body",
    comparison: judged.comparison,
    updated: judged.updated,
    measurement,
    spaces,
    place: `${baselines.name}, ${baselines.machine}`,
    context: { root: host.root, isNot: false, verbose },
  });
  const { worst, notice } = facts;
  if (pass || worst === null) return [];
  noteFailedCheck(measurement.sites);
  return [
    {
      source,
      figure: "baseline",
      of: worst.figure,
      spaces: worst.space === "total" ? spaces : [worst.space],
      figureBytes: worst.nowBytes ?? 0,
      limitBytes: worst.baselineBytes ?? 0,
      notice,
      text: message(messageStyle(host.colour)),
    },
  ];
}

/** The highest bytes that are recorded of the body, for samples as fine as a limit's; `null`: nothing is, or it cannot be read. */
export function expectedBytesOf(host: LimitsHost): number | null {
  const test = host.currentTest();
  if (test === undefined || host.baselines === undefined) return null;
  try {
    return host.baselines.expectedBytes({ id: test.id, name: test.uniqueName ?? test.fullName }, BODY_CALL);
  } catch {
    // It is told when the figures are compared.
    return null;
  }
}
