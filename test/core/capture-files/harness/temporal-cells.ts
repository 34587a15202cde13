/** What a reading says of windows of time, in an order of its own: that of the reader's table is by chance. */

import type { CaptureReading } from "../../../../core/src/capture-files/model/capture.js";

export function sortedCells({ temporal }: CaptureReading): readonly string[] {
  if (temporal === undefined) return [];
  const { groups, cells, ...facts } = temporal;
  const rows = Array.from(cells.group, (group, at) =>
    JSON.stringify([groups[group], cells.born[at], cells.freed[at], cells.bytes[at], cells.count[at]]),
  );
  return [JSON.stringify(facts), ...rows.sort()];
}
