/** Rows of a view, or of a window of time: all of one stack, thread, space and allocator. */

import type { PageRows, PageTemporal } from "../../../src/reports/capture/html/page-data.js";

export interface Row {
  readonly node: number;
  readonly thread: number;
  /** Its place in `SPACES`. */
  readonly space: number;
  readonly allocator: number;
  readonly bytes: number;
  readonly count: number;
}

export function rowsOf(columns: PageRows): readonly Row[] {
  return columns.node.map((node, at) => ({
    node,
    thread: columns.thread[at] ?? 0,
    space: columns.space[at] ?? 0,
    allocator: columns.allocator[at] ?? 0,
    bytes: columns.bytes[at] ?? 0,
    count: columns.count[at] ?? 0,
  }));
}

/** What was allocated in the buckets `from` to `to`, both included, and is alive at the end of `to`. */
export function windowRows({ groups, cells }: PageTemporal, from: number, to: number): readonly Row[] {
  const bytes = new Float64Array(groups.node.length);
  const count = new Float64Array(groups.node.length);
  for (let at = 0; at < cells.group.length; at += 1) {
    const born = cells.born[at] as number;
    if (born < from || born > to || (cells.freed[at] as number) <= to) continue;
    const group = cells.group[at] as number;
    bytes[group] = (bytes[group] as number) + (cells.bytes[at] as number);
    count[group] = (count[group] as number) + (cells.count[at] as number);
  }
  const rows: Row[] = [];
  for (let group = 0; group < bytes.length; group += 1) {
    if (count[group] === 0) continue;
    rows.push({
      node: groups.node[group] ?? 0,
      thread: groups.thread[group] ?? 0,
      space: groups.space[group] ?? 0,
      allocator: groups.allocator[group] ?? 0,
      bytes: bytes[group] as number,
      count: count[group] as number,
    });
  }
  return rows;
}
