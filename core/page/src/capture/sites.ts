/** Rows gathered by where the program allocated: the innermost frame of its own, with space, thread and allocator. */

import type { Row } from "./rows.js";
import type { Stacks } from "./stacks.js";

export interface Site {
  readonly key: string;
  /** -1: no stack is known. */
  readonly frame: number;
  readonly space: number;
  readonly thread: number;
  readonly allocator: number;
  bytes: number;
  count: number;
  /** Of all stacks with the frame anywhere in them. */
  totalBytes: number;
  readonly rows: Row[];
}

export function gatherSites(rows: readonly Row[], stacks: Stacks): readonly Site[] {
  const sites = new Map<string, Site>();
  for (const row of rows) {
    const stack = stacks.of(row.node);
    const key = keyOf(placeOf(stack, stacks), row);
    const site = sites.get(key) ?? siteOf(key, placeOf(stack, stacks), row);
    sites.set(key, site);
    site.bytes += row.bytes;
    site.count += row.count;
    site.rows.push(row);
  }
  for (const row of rows) {
    const stack = stacks.of(row.node);
    const frames = stack.length === 0 ? [-1] : new Set(stack);
    for (const frame of frames) {
      const site = sites.get(keyOf(frame, row));
      if (site !== undefined) site.totalBytes += row.bytes;
    }
  }
  return [...sites.values()];
}

function keyOf(frame: number, { space, thread, allocator }: Row): string {
  return `${frame} ${space} ${thread} ${allocator}`;
}

function siteOf(key: string, frame: number, { space, thread, allocator }: Row): Site {
  return { key, frame, space, thread, allocator, bytes: 0, count: 0, totalBytes: 0, rows: [] };
}

/** The innermost frame of the user's, else of a dependency's, else the innermost. */
export function placeOf(stack: readonly number[], stacks: Stacks): number {
  const ownedBy = (owner: string): number | undefined => stack.find((id) => stacks.frame(id).owner === owner);
  return ownedBy("user") ?? ownedBy("dependency") ?? stack[0] ?? -1;
}
