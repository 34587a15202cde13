/** Cells of several processes on one clock, as a reading gives them. */

import type { CaptureSpace, CaptureTemporal } from "../model/capture.js";
import type { RowTable } from "./row-table.js";
import { AT_END, type TemporalCells } from "./temporal-cells.js";

/** Of one process. */
export interface ProcessTemporal {
  readonly cells: TemporalCells;
  /** The row of a group; `null`: its figures are not known. */
  readonly rowOf: (group: number) => number | null;
  /** Of its end, on the common clock. */
  readonly endUs: number;
}

export interface JoinLimits {
  readonly tickUs: number;
  readonly mostBuckets: number;
  readonly mostCells: number;
}

/** Row, born and freed in one number: rows are fewer than 2^21. */
const TIME_BITS = 2 ** 32;

type Amounts = Map<number, { bytes: number; count: number }>;

export function joinTemporal(
  processes: readonly ProcessTemporal[],
  rows: RowTable,
  { tickUs, mostBuckets, mostCells }: JoinLimits,
  unknownSpaces: readonly CaptureSpace[],
): CaptureTemporal {
  const endTick = Math.floor(Math.max(0, ...processes.map(({ endUs }) => endUs)) / tickUs);
  let shift = Math.max(0, ...processes.map(({ cells }) => cells.shift));
  while (Math.floor(endTick / 2 ** shift) >= mostBuckets) shift += 1;
  let joined = cellsAt(processes, shift);
  while (joined.size > mostCells && Math.floor(endTick / 2 ** shift) > 0) {
    shift += 1;
    joined = cellsAt(processes, shift);
  }
  const buckets = Math.floor(endTick / 2 ** shift) + 1;
  return columnsOf(joined, rows, { bucketUs: tickUs * 2 ** shift, buckets, unknownSpaces });
}

function cellsAt(processes: readonly ProcessTemporal[], shift: number): Amounts {
  const amounts: Amounts = new Map();
  for (const { cells, rowOf } of processes) {
    const joins = 2 ** (shift - cells.shift);
    for (const { group, born, freed, bytes, count } of cells.cells()) {
      const row = rowOf(group);
      const from = Math.floor(born / joins);
      const to = freed === AT_END ? AT_END : Math.floor(freed / joins);
      if (row === null || from === to) continue;
      const key = row * TIME_BITS + from * 2 ** 16 + to;
      const known = amounts.get(key);
      if (known === undefined) amounts.set(key, { bytes, count });
      else {
        known.bytes += bytes;
        known.count += count;
      }
    }
  }
  return amounts;
}

function columnsOf(
  amounts: Amounts,
  rows: RowTable,
  facts: Pick<CaptureTemporal, "bucketUs" | "buckets" | "unknownSpaces">,
): CaptureTemporal {
  const keys = Float64Array.from(amounts.keys()).sort();
  const groups: CaptureTemporal["groups"][number][] = [];
  const groupOf = new Map<number, number>();
  const cells = {
    group: new Uint32Array(keys.length),
    born: new Uint16Array(keys.length),
    freed: new Uint16Array(keys.length),
    bytes: new Float64Array(keys.length),
    count: new Float64Array(keys.length),
  };
  keys.forEach((key, at) => {
    const row = Math.floor(key / TIME_BITS);
    const time = key % TIME_BITS;
    const group = groupOf.get(row) ?? groups.push(rows.keyOf(row)) - 1;
    groupOf.set(row, group);
    const freed = time % 2 ** 16;
    cells.group[at] = group;
    cells.born[at] = Math.floor(time / 2 ** 16);
    cells.freed[at] = freed === AT_END ? facts.buckets : freed;
    cells.bytes[at] = amounts.get(key)?.bytes ?? 0;
    cells.count[at] = amounts.get(key)?.count ?? 0;
  });
  return { ...facts, groups, cells };
}
