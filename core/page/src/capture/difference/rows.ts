/** Two captures' rows, and where the program allocated them. */

import type { PageDifference } from "../../../../src/reports/capture/html/page-data.js";
import { placeOf } from "../sites.js";
import type { Stacks } from "../stacks.js";

export interface ChangedRow {
  readonly node: number;
  readonly space: number;
  readonly allocator: number;
  readonly before: number;
  readonly after: number;
  readonly beforeCount: number;
  readonly afterCount: number;
}

export function changedRows({ rows }: PageDifference): readonly ChangedRow[] {
  return rows.node.map((node, at) => ({
    node,
    space: rows.space[at] ?? 0,
    allocator: rows.allocator[at] ?? 0,
    before: rows.beforeBytes[at] ?? 0,
    after: rows.bytes[at] ?? 0,
    beforeCount: rows.beforeCount[at] ?? 0,
    afterCount: rows.count[at] ?? 0,
  }));
}

export interface ChangedSite extends Omit<ChangedRow, "node"> {
  readonly key: string;
  readonly frame: number;
  readonly rows: readonly ChangedRow[];
}

/** By the innermost frame of the program's own, space and allocator. */
export function changedSites(rows: readonly ChangedRow[], stacks: Stacks): readonly ChangedSite[] {
  const groups = new Map<string, { readonly frame: number; readonly rows: ChangedRow[] }>();
  for (const row of rows) {
    const frame = placeOf(stacks.of(row.node), stacks);
    const key = `${frame} ${row.space} ${row.allocator}`;
    const group = groups.get(key) ?? { frame, rows: [] };
    groups.set(key, group);
    group.rows.push(row);
  }
  return [...groups].map(([key, { frame, rows: own }]) => {
    const sum = (of: (row: ChangedRow) => number): number => own.reduce((all, row) => all + of(row), 0);
    const [first] = own as [ChangedRow];
    return {
      key,
      frame,
      space: first.space,
      allocator: first.allocator,
      before: sum(({ before }) => before),
      after: sum(({ after }) => after),
      beforeCount: sum(({ beforeCount }) => beforeCount),
      afterCount: sum(({ afterCount }) => afterCount),
      rows: own,
    };
  });
}
