/** Columns of the table: how they are shown and sorted. */

import { durationText, leakedText } from "../../../src/reports/sentences.js";
import { formatSize, groupDigits } from "../../../src/sizes/format-size.js";
import type { Row } from "./rows.js";

export interface Column {
  readonly key: string;
  readonly title: string;
  /** Explains the title. */
  readonly hint: string;
  readonly numeric: boolean;
  readonly text: (row: Row) => string;
  /** Exact bytes, for a tooltip; "" for none. */
  readonly exact: (row: Row) => string;
  /** `null`: unknown, and last however it is sorted. */
  readonly value: (row: Row) => number | string | null;
}

function bytes(key: "peak" | "heap" | "buffers" | "native" | "allocated", title: string, hint: string): Column {
  return {
    key,
    title,
    hint,
    numeric: true,
    text: (row) => formatSize(row[key]),
    exact: (row) => (row[key] === null ? "" : `${groupDigits(row[key])} B`),
    value: (row) => row[key],
  };
}

function leakedValue(row: Row): number | null {
  const { leaked } = row;
  if (leaked.verdict === "not looked at") return null;
  if (leaked.verdict === "inconclusive") return 0.5;
  return leaked.bytes ?? 1;
}

export const COLUMNS: readonly Column[] = [
  {
    key: "name",
    title: "Name",
    hint: "File, or test",
    numeric: false,
    text: (row) => row.name,
    exact: () => "",
    value: (row) => row.name,
  },
  {
    key: "state",
    title: "State",
    hint: "Outcome",
    numeric: false,
    text: (row) => row.state,
    exact: () => "",
    value: (row) => row.state,
  },
  bytes("peak", "Peak", "Highest level of all spaces together, above the level at the start"),
  bytes("heap", "Heap", "Highest level of V8's heap, above the level at the start"),
  bytes("buffers", "Buffers", "Highest level of buffers, above the level at the start"),
  bytes("native", "Native", "Highest level of native memory, above the level at the start"),
  bytes("allocated", "Allocated", "Everything allocated, freed or not"),
  {
    key: "leaked",
    title: "Leaked",
    hint: "What keeps growing; – where nobody looked",
    numeric: true,
    text: (row) => leakedText(row.leaked),
    exact: () => "",
    value: leakedValue,
  },
  {
    key: "duration",
    title: "Time",
    hint: "Wall time",
    numeric: true,
    text: (row) => (row.durationMs === null ? "n/a" : durationText(row.durationMs)),
    exact: () => "",
    value: (row) => row.durationMs,
  },
];

export interface Order {
  readonly key: string;
  readonly descending: boolean;
}

export function sorted(rows: readonly Row[], order: Order): readonly Row[] {
  const column = COLUMNS.find(({ key }) => key === order.key);
  if (column === undefined) return rows;
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [one, two] = [column.value(a), column.value(b)];
    if (one === null || two === null) return one === two ? byName(a, b) : one === null ? 1 : -1;
    if (one === two) return byName(a, b);
    return one < two ? -sign : sign;
  });
}

function byName(a: Row, b: Row): number {
  return a.searched < b.searched ? -1 : a.searched > b.searched ? 1 : 0;
}
