/** What the assertions about bytes have in common: the median of the runs against a limit. */

import { medianRun } from "../analysis/median.js";
import type { AssertableSpace, Measurement } from "../capture/measurement.js";
import { uncountedLine } from "./doubts.js";
import { type FigureName, figureOf } from "./figures.js";
import { wrapText } from "./layout.js";
import type { AssertionOutcome, MessageContext } from "./outcome.js";
import { type LimitRule, type Spread, sizeMessage } from "./size-message.js";
import { PLAIN_STYLE } from "./style.js";

export interface SizeFacts {
  readonly figure: FigureName;
  /** The median of the runs. */
  readonly figureBytes: number;
  readonly limitBytes: number;
  /** Above 0 when over the limit. */
  readonly overBytes: number;
  readonly spread: Spread;
  /** The run whose figure is asserted. */
  readonly measurement: Measurement;
  /** What could not be counted: the first line of any report on this; `null`: nothing. */
  readonly notice: string | null;
}

export interface SizeAssertion {
  /** How the call reads: `expect(fn).toPeakBelow("50MB")`. */
  readonly headline: string;
  /** One measurement per run, at least one. */
  readonly runs: readonly Measurement[];
  readonly limitBytes: number;
  /** Those that were asked about. */
  readonly spaces: readonly AssertableSpace[];
  readonly context: MessageContext;
}

/**
 * @param rule `below`: passes when strictly less; `atMost`: passes up to the limit itself
 * @throws MemspecError `MEMSPEC_UNAVAILABLE` when the figure of a run is unknown
 */
export function assertSize(
  assertion: SizeAssertion,
  figure: FigureName,
  rule: LimitRule,
  docs: string,
): AssertionOutcome<SizeFacts> {
  const { limitBytes, context, spaces, headline } = assertion;
  const { measurement, smallest, largest, runs } = medianRun(assertion.runs, (run) => figureOf(run, figure));
  const figureBytes = figureOf(measurement, figure);
  const spread: Spread = { runs, minBytes: smallest ?? figureBytes, maxBytes: largest ?? figureBytes };
  const notice = uncountedLine(measurement, spaces);
  const parts = { headline, figure, figureBytes, limitBytes, rule, spaces, measurement, spread, context, docs };
  return {
    pass: rule === "below" ? figureBytes < limitBytes : figureBytes <= limitBytes,
    facts: { figure, figureBytes, limitBytes, overBytes: figureBytes - limitBytes, spread, measurement, notice },
    message: (style = PLAIN_STYLE) => sizeMessage(parts, style),
  };
}

/** Puts what could not be counted before the message. */
export function withNotice<Facts extends { readonly notice: string | null }>(
  outcome: AssertionOutcome<Facts>,
): AssertionOutcome<Facts> {
  const { notice } = outcome.facts;
  if (notice === null) return outcome;
  return { ...outcome, message: (style) => [...wrapText(notice, 0), outcome.message(style)].join("\n") };
}
