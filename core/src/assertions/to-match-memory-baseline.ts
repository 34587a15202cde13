/** Figures against those that were recorded. Pure. */

import { type BaselineComparison, beyond, type ComparedFigure } from "../baselines/compare.js";
import { BASELINE_FIGURES, type BaselineFigure } from "../baselines/types.js";
import type { AssertableSpace, Measurement } from "../capture/measurement.js";
import { formatBytesExact, formatSize } from "../sizes/format-size.js";
import { truncatedLine, uncountedLine } from "./doubts.js";
import { alignColumns, type Cell, wrapText } from "./layout.js";
import { ratioText } from "./numbers.js";
import type { AssertionOutcome, MessageContext } from "./outcome.js";
import { sitesSection } from "./sites-section.js";
import { type MessageStyle, PLAIN_STYLE } from "./style.js";

const DOCS = "docs/baselines.md";

export interface BaselineAssertion {
  /** How the call reads: `expect(fn).toMatchMemoryBaseline()`. */
  readonly headline: string;
  readonly comparison: BaselineComparison;
  /** `-u`: it is recorded anew, whatever it is. */
  readonly updated: boolean;
  /** The run that places are named of. */
  readonly measurement: Measurement;
  readonly spaces: readonly AssertableSpace[];
  /** Where the baseline is: "test/__memory__/parse.test.ts.json, linux-x64-node20". */
  readonly place: string;
  readonly context: MessageContext;
}

export interface BaselineFacts {
  /** Of what fails; `null`: nothing is worse. */
  readonly worst: ComparedFigure | null;
  /** What could not be counted; `null`: nothing. */
  readonly notice: string | null;
  readonly measurement: Measurement;
}

/**
 * Passes when no figure lies above its baseline by more than the tolerance; exactly as much is within it. Less than the tolerance
 * allows passes, too, and is told elsewhere. With `.not` it is the question whether all figures are within the tolerance, so that a
 * figure on either side of it is what was asked for.
 */
export function assertMatchBaseline(assertion: BaselineAssertion): AssertionOutcome<BaselineFacts> {
  const { comparison, updated, context, measurement, spaces } = assertion;
  const { worst, best } = comparison;
  const pass = context.isNot ? worst === null && best === null : updated || worst === null;
  return {
    pass,
    facts: { worst, notice: uncountedLine(measurement, spaces), measurement },
    message: (style = PLAIN_STYLE) => messageOf(assertion, style).join("\n"),
  };
}

function messageOf(assertion: BaselineAssertion, style: MessageStyle): readonly string[] {
  const { comparison, measurement, spaces, context } = assertion;
  const shown = BASELINE_FIGURES.filter(
    (figure) => context.isNot || comparison.figures.some((each) => each.figure === figure && each.verdict === "worse"),
  );
  const main = comparison.worst?.figure ?? "allocated";
  const doubt = truncatedLine(measurement, main);
  return [
    style.strong(assertion.headline),
    "",
    ...alignColumns(
      shown.flatMap((figure) => [...figureRows(figure, comparison, style), []]),
      2,
    ),
    ...wrapText(`baseline: ${assertion.place}`, 2),
    ...(context.isNot ? wrapText("All figures are within the tolerance.", 2) : []),
    ...uncomparedLines(comparison),
    ...(context.isNot ? [] : ["", ...sitesSection(measurement, spaces, main, context, style)]),
    ...(doubt === null ? [] : ["", ...wrapText(doubt, 2)]),
    ...(context.isNot ? [] : ["", ...wrapText(nextStep(), 2, "Next: ")]),
  ];
}

function nextStep(): string {
  return `where the new figures are meant, run the test with -u to record them; ${DOCS} explains the comparison.`;
}

function figureRows(
  figure: BaselineFigure,
  comparison: BaselineComparison,
  style: MessageStyle,
): readonly (readonly Cell[])[] {
  const compared = comparison.figures.filter((each) => each.figure === figure && each.verdict !== "not compared");
  const head: Cell[] = [
    { text: figure, paint: style.strong },
    { text: "baseline", align: "right", paint: style.faint },
    { text: "now", align: "right", paint: style.faint },
    { text: "tolerance", align: "right", paint: style.faint },
  ];
  return [head, ...compared.map((each) => rowOf(each, style))];
}

function rowOf(compared: ComparedFigure, style: MessageStyle): readonly Cell[] {
  const { space, baselineBytes, nowBytes, toleranceBytes, verdict } = compared;
  const alike = formatSize(baselineBytes) === formatSize(nowBytes) && baselineBytes !== nowBytes;
  const size = alike ? formatBytesExact : formatSize;
  const paint = verdict === "worse" ? style.bad : verdict === "better" ? style.good : undefined;
  return [
    { text: space },
    { text: size(baselineBytes), align: "right" },
    { text: size(nowBytes), align: "right", ...(paint === undefined ? {} : { paint }) },
    { text: `±${formatSize(toleranceBytes)}`, align: "right" },
    { text: verdictText(compared) },
  ];
}

/** "9 MB beyond, 2.00 times the baseline" */
function verdictText(compared: ComparedFigure): string {
  const { verdict, nowBytes, baselineBytes } = compared;
  if (verdict === "within" || nowBytes === null || baselineBytes === null) return "";
  const ratio = ratioText(nowBytes, baselineBytes).replace("the limit", "the baseline");
  const what = verdict === "worse" ? "beyond" : "below";
  return `${formatSize(beyond(compared))} ${what}${ratio === "" ? "" : `, ${ratio}`}`;
}

/** Which figures are unknown on one side alone, so that nothing is said of them. */
function uncomparedLines({ figures }: BaselineComparison): readonly string[] {
  const told = (unknown: (each: ComparedFigure) => boolean): string =>
    figures
      .filter((each) => each.verdict === "not compared" && unknown(each))
      .map(({ figure, space }) => `${figure} ${space}`)
      .join(", ");
  const now = told(({ baselineBytes, nowBytes }) => nowBytes === null && baselineBytes !== null);
  const then = told(({ baselineBytes, nowBytes }) => baselineBytes === null && nowBytes !== null);
  return [
    ...(now === "" ? [] : wrapText(`Not compared, because unknown now: ${now}.`, 2)),
    ...(then === "" ? [] : wrapText(`Not compared, because not recorded: ${then}.`, 2)),
  ];
}
