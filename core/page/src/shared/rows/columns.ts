/** Columns of a table: how they are shown and sorted. */

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** Explains the title. */
  readonly hint: string;
  readonly numeric: boolean;
  readonly text: (row: Row) => string;
  /** Exact figures, for a tooltip; "" for none. */
  readonly exact: (row: Row) => string;
  /** `null`: unknown, and last however it is sorted. */
  readonly value: (row: Row) => number | string | null;
  /** Of the cell. */
  readonly classOf?: (row: Row) => string;
  /** From 0 to 1: a bar below the figure. */
  readonly share?: (row: Row) => number | null;
}

export interface Order {
  readonly key: string;
  readonly descending: boolean;
}

/** @param nameOf decides between rows that are equal */
export function sorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: Order,
  nameOf: (row: Row) => string,
): readonly Row[] {
  const column = columns.find(({ key }) => key === order.key);
  if (column === undefined) return rows;
  const byName = (a: Row, b: Row): number => {
    const [one, two] = [nameOf(a), nameOf(b)];
    return one < two ? -1 : one > two ? 1 : 0;
  };
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [one, two] = [column.value(a), column.value(b)];
    if (one === null || two === null) return one === two ? byName(a, b) : one === null ? 1 : -1;
    if (one === two) return byName(a, b);
    return one < two ? -sign : sign;
  });
}
