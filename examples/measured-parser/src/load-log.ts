import { archive } from "./archive";
import type { Entry } from "./entry";
import { indexLines, lines } from "./lines";
import { parseLine } from "./parse-line";

export interface LoadedLog {
  readonly entries: readonly Entry[];
  readonly lineEnds: Uint32Array;
  readonly packed: Buffer;
}

/** Holds a whole log in memory: its entries, the index of its lines, and a packed copy. */
export function loadLog(file: Buffer): LoadedLog {
  const entries: Entry[] = [];
  for (const line of lines(file)) entries.push(parseLine(line));
  return { entries, lineEnds: indexLines(file), packed: archive(file) };
}
