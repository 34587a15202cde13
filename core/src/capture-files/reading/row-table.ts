/** Rows of all views of a reading: groups of one node, thread, space and allocator are one row. Takes groups of several processes. */

import { createInterned } from "../../analysis/interned.js";
import type { CaptureRow } from "../model/capture.js";
import { spaceName } from "./spaces.js";

interface RowKey {
  readonly thread: number;
  readonly space: number;
  readonly allocator: string;
}

export class RowTable {
  readonly #views: number;
  readonly #keys = createInterned<RowKey>(({ thread, space, allocator }) => `${thread} ${space} ${allocator}`);
  /** Each node's last row + 1, and each row's earlier one of the same node + 1; 0: none. */
  readonly #rowsOf: number[] = [];
  readonly #earlier: number[] = [];
  readonly #nodes: number[] = [];
  readonly #keyOf: number[] = [];
  /** Bytes and count of each view, row by row. */
  #amounts: Float64Array;

  constructor(views: number) {
    this.#views = views;
    this.#amounts = new Float64Array(2 * views * 256);
  }

  key(key: RowKey): number {
    return this.#keys.add(key);
  }

  row(node: number, key: number): number {
    const last = this.#rowsOf[node] ?? 0;
    for (let at = last; at !== 0; at = this.#earlier[at - 1] ?? 0) if (this.#keyOf[at - 1] === key) return at - 1;
    const row = this.#nodes.push(node) - 1;
    this.#keyOf.push(key);
    this.#earlier.push(last);
    while (this.#rowsOf.length <= node) this.#rowsOf.push(0);
    this.#rowsOf[node] = row + 1;
    if ((row + 1) * 2 * this.#views > this.#amounts.length) {
      const larger = new Float64Array(this.#amounts.length * 2);
      larger.set(this.#amounts);
      this.#amounts = larger;
    }
    return row;
  }

  add(row: number, view: number, bytes: number, count: number): void {
    const at = (row * this.#views + view) * 2;
    this.#amounts[at] = (this.#amounts[at] ?? 0) + bytes;
    this.#amounts[at + 1] = (this.#amounts[at + 1] ?? 0) + count;
  }

  /** Largest first. Estimates are rounded. */
  rows(view: number): readonly CaptureRow[] {
    const rows: CaptureRow[] = [];
    for (const [row, node] of this.#nodes.entries()) {
      const at = (row * this.#views + view) * 2;
      const bytes = Math.round(this.#amounts[at] ?? 0);
      const count = Math.round(this.#amounts[at + 1] ?? 0);
      const key = this.#keys.values[this.#keyOf[row] ?? 0];
      if ((bytes === 0 && count === 0) || key === undefined) continue;
      rows.push({ node, thread: key.thread, space: spaceName(key.space), allocator: key.allocator, bytes, count });
    }
    return rows.sort((a, b) => b.bytes - a.bytes || b.count - a.count || a.node - b.node || a.thread - b.thread);
  }
}
