import { lines } from "./lines";
import { parseLine } from "./parse-line";

export interface Summary {
  readonly requests: number;
  readonly bytes: number;
  /** Number of responses by status. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly failedTargets: readonly string[];
}

/** Reads a log once and keeps no entry of it. */
export function summarise(file: Buffer): Summary {
  let requests = 0;
  let bytes = 0;
  const statuses = new Map<number, number>();
  const failed = new Set<string>();
  for (const line of lines(file)) {
    const entry = parseLine(line);
    requests += 1;
    bytes += entry.bytes;
    statuses.set(entry.status, (statuses.get(entry.status) ?? 0) + 1);
    if (entry.status >= 500) failed.add(entry.target);
  }
  return { requests, bytes, statuses, failedTargets: [...failed].sort() };
}
