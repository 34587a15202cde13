/** A line per space: its figure, its share, a bar. */

import type { AssertableSpace, Measurement } from "../capture/measurement.js";
import { formatSize } from "../sizes/format-size.js";
import { type FigureName, figureOf, spaceFigure } from "./figures.js";
import { alignColumns, type Cell } from "./layout.js";
import { bar, percent } from "./numbers.js";
import type { MessageStyle } from "./style.js";

/** @param spaces those that were asked about; the others are not shown */
export function spacesSection(
  measurement: Measurement,
  spaces: readonly AssertableSpace[],
  figure: FigureName,
  style: MessageStyle,
): readonly string[] {
  const total = figureOf(measurement, figure);
  const rows = spaces.map((space): readonly Cell[] => {
    const bytes = spaceFigure(measurement, space, figure);
    if (bytes === null) return [{ text: space }, { text: "n/a", align: "right", paint: style.faint }];
    return [
      { text: space },
      { text: formatSize(bytes), align: "right" },
      { text: percent(bytes, total), align: "right" },
      { text: bar(bytes, total), paint: style.faint },
    ];
  });
  const lines = alignColumns(rows, 2);
  // The spaces peak at different moments: their peaks add up to more than the peak of the sum.
  return figure === "peak" && spaces.length > 1 ? [style.faint("  each space at its own peak:"), ...lines] : lines;
}
