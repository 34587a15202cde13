/** Columns of the run's table. */

import { durationText, leakedText } from "../../../../src/reports/sentences.js";
import { formatSize, groupDigits } from "../../../../src/sizes/format-size.js";
import type { Column } from "../../shared/rows/columns.js";
import type { Row } from "./rows.js";

function bytes(key: "peak" | "heap" | "buffers" | "native" | "allocated", title: string, hint: string): Column<Row> {
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

/**
 * @param highest the highest peak that is shown
 * @param hottestOf found when it is asked for
 */
export function columnsOf(highest: () => number, hottestOf: (row: Row) => string): readonly Column<Row>[] {
  return [
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
      classOf: (row) => `state ${row.state}`,
    },
    {
      ...bytes("peak", "Peak", "Highest level of all spaces together, above the level at the start"),
      share: ({ peak }) => (peak === null ? null : peak / highest()),
    },
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
      classOf: (row) => (row.leaked.verdict === "leak" ? "bad" : ""),
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
    {
      key: "site",
      title: "Hottest site",
      hint: "Where most was allocated",
      numeric: false,
      text: hottestOf,
      exact: hottestOf,
      value: hottestOf,
      classOf: () => "site",
    },
  ];
}
