/** Figures of now against those that were recorded. Pure. */

import {
  BASELINE_FIGURES,
  type BaselineFigure,
  type BaselineSpace,
  type ParsedTolerance,
  type RecordedFigures,
  type SpaceBytes,
} from "./types.js";

/** One figure of one space, in both. */
export interface ComparedFigure {
  readonly figure: BaselineFigure;
  readonly space: BaselineSpace;
  /** `null`: unknown, or not asked about. */
  readonly baselineBytes: number | null;
  readonly nowBytes: number | null;
  /** How far it may lie from the baseline; `null`: not compared. */
  readonly toleranceBytes: number | null;
  readonly verdict: "within" | "worse" | "better" | "not compared";
}

export interface BaselineComparison {
  /** Allocated first, the total before the spaces. */
  readonly figures: readonly ComparedFigure[];
  /** The one that lies furthest beyond its tolerance, of those that are worse; `null`: none is. */
  readonly worst: ComparedFigure | null;
  /** The same of those that are better. */
  readonly best: ComparedFigure | null;
  /** Known now, and not recorded. */
  readonly hasNew: boolean;
}

/** A figure that lies exactly as far off as the tolerance allows is within it. Unknown ones are not compared. */
export function compareFigures(
  recorded: RecordedFigures,
  now: RecordedFigures,
  tolerance: ParsedTolerance,
): BaselineComparison {
  const figures = BASELINE_FIGURES.flatMap((figure) => compared(figure, recorded[figure], now[figure], tolerance));
  return {
    figures,
    worst: furthest(figures, "worse"),
    best: furthest(figures, "better"),
    hasNew: figures.some(({ baselineBytes, nowBytes }) => baselineBytes === null && nowBytes !== null),
  };
}

function compared(
  figure: BaselineFigure,
  recorded: SpaceBytes,
  now: SpaceBytes,
  tolerance: ParsedTolerance,
): readonly ComparedFigure[] {
  // Sums of different spaces say nothing of each other.
  const sameSpaces = recorded.size === now.size && [...now.keys()].every((space) => recorded.has(space));
  return [...now].map(([space, nowBytes]) => {
    const baselineBytes = space === "total" && !sameSpaces ? null : (recorded.get(space) ?? null);
    if (baselineBytes === null || nowBytes === null) {
      return { figure, space, baselineBytes, nowBytes, toleranceBytes: null, verdict: "not compared" };
    }
    const toleranceBytes = Math.max(Math.round(baselineBytes * tolerance.relative), tolerance.absoluteBytes);
    const verdict =
      Math.abs(nowBytes - baselineBytes) <= toleranceBytes ? "within" : nowBytes > baselineBytes ? "worse" : "better";
    return { figure, space, baselineBytes, nowBytes, toleranceBytes, verdict };
  });
}

function furthest(figures: readonly ComparedFigure[], verdict: "worse" | "better"): ComparedFigure | null {
  return figures
    .filter((figure) => figure.verdict === verdict)
    .reduce<ComparedFigure | null>((most, each) => (most === null || beyond(each) > beyond(most) ? each : most), null);
}

/** Bytes by which a figure lies beyond its tolerance; 0: it does not. */
export function beyond({ baselineBytes, nowBytes, toleranceBytes }: ComparedFigure): number {
  if (baselineBytes === null || nowBytes === null || toleranceBytes === null) return 0;
  return Math.max(0, Math.abs(nowBytes - baselineBytes) - toleranceBytes);
}

/** What is recorded from now on: what is unknown now stays as it was. */
export function updatedFigures(recorded: RecordedFigures, now: RecordedFigures): RecordedFigures {
  const of = (figure: BaselineFigure): SpaceBytes =>
    new Map([...now[figure]].map(([space, bytes]) => [space, bytes ?? recorded[figure].get(space) ?? null]));
  return { allocated: of("allocated"), peak: of("peak") };
}
