/** The message of an assertion about bytes, from its first line to the next step. */

import type { AssertableSpace, Measurement } from "../capture/measurement.js";
import { formatBytesExact, formatSize } from "../sizes/format-size.js";
import { peakErrorLine, truncatedLine } from "./doubts.js";
import type { FigureName } from "./figures.js";
import { alignColumns, type Cell, wrapText } from "./layout.js";
import { nextStep } from "./next-step.js";
import { ratioText } from "./numbers.js";
import type { MessageContext } from "./outcome.js";
import { sitesSection } from "./sites-section.js";
import { spacesSection } from "./spaces-section.js";
import type { MessageStyle } from "./style.js";

/** Which side of the limit passes: `below` needs less, `atMost` allows the limit itself. */
export type LimitRule = "below" | "atMost";

/** Figures of all runs. */
export interface Spread {
  readonly runs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
}

export interface SizeMessageParts {
  /** `expect(fn).toPeakBelow("50MB")` */
  readonly headline: string;
  readonly figure: FigureName;
  readonly figureBytes: number;
  readonly limitBytes: number;
  readonly rule: LimitRule;
  readonly spaces: readonly AssertableSpace[];
  /** The measurement that the figure is from. */
  readonly measurement: Measurement;
  readonly spread: Spread;
  readonly context: MessageContext;
  /** The page that explains the assertion. */
  readonly docs: string;
}

/** All of the message but what could not be counted, which stands before it: `uncountedLine`. */
export function sizeMessage(parts: SizeMessageParts, style: MessageStyle): string {
  const { measurement, figure, context, spaces } = parts;
  const doubts = [peakErrorLine(measurement, figure, parts.limitBytes), truncatedLine(measurement, figure)].filter(
    (line) => line !== null,
  );
  return [
    style.strong(parts.headline),
    "",
    ...figureLines(parts, style),
    "",
    ...spacesSection(measurement, spaces, figure, style),
    // A figure that should have been larger has no place to blame.
    ...(context.isNot ? [] : ["", ...sitesSection(measurement, spaces, figure, context, style)]),
    ...(doubts.length === 0 ? [] : ["", ...doubts.flatMap((line) => wrapText(line, 2))]),
    ...(context.isNot
      ? []
      : ["", ...wrapText(nextStep(measurement, figure, context.verbose, parts.docs), 2, "Next: ")]),
  ].join("\n");
}

function figureLines(parts: SizeMessageParts, style: MessageStyle): readonly string[] {
  const { figureBytes, limitBytes, spread, context } = parts;
  const rows: Cell[][] = [
    [{ text: parts.figure }, { text: formatBytesExact(figureBytes), paint: style.bad }],
    [{ text: "limit" }, { text: limitText(limitBytes, parts.rule, context.isNot), paint: style.good }],
    [{ text: context.isNot ? "under by" : "over by" }, { text: distanceText(parts) }],
  ];
  if (spread.runs > 1) {
    const range = `${formatSize(spread.minBytes)} to ${formatSize(spread.maxBytes)}`;
    rows.push([{ text: "runs" }, { text: `${spread.runs}, from ${range}; the median is asserted` }]);
  }
  return alignColumns(rows, 2);
}

function limitText(limitBytes: number, rule: LimitRule, isNot: boolean): string {
  const size = formatBytesExact(limitBytes);
  if (rule === "below") return isNot ? `${size} or more` : `less than ${size}`;
  if (limitBytes === 0) return isNot ? "at least 1 B" : "nothing";
  return isNot ? `more than ${size}` : `at most ${size}`;
}

function distanceText(parts: SizeMessageParts): string {
  const distance = Math.abs(parts.figureBytes - parts.limitBytes);
  if (distance === 0) return parts.context.isNot ? "0 B: it is the limit" : "0 B: the limit itself is too much";
  const ratio = ratioText(parts.figureBytes, parts.limitBytes);
  return `${formatBytesExact(distance)}${ratio === "" ? "" : `, ${ratio}`}`;
}
