/** The timeline as it is read: columns that grow. */

import { CollectionKind } from "../format/format.js";
import type { CaptureCollection, CaptureTimeline } from "../model/capture.js";
import type { Budget } from "./malformed.js";

export interface LevelsAt {
  readonly timeUs: number;
  readonly heapUsed: number;
  readonly heapCommitted: number;
  readonly buffers: number;
  readonly native: number;
  readonly engine: number;
  readonly rss: number;
}

const LEVELS: readonly (keyof LevelsAt)[] = [
  "timeUs",
  "heapUsed",
  "heapCommitted",
  "buffers",
  "native",
  "engine",
  "rss",
];
/** Of a collection as a row of numbers, and then as an object. */
const COLLECTION_BYTES = 160;

export class TimelineBuilder {
  readonly #budget: Budget;
  #rows = new Float64Array(LEVELS.length * 64);
  #count = 0;
  readonly #collections: CaptureCollection[] = [];
  /** Begun and not ended, by isolate. */
  readonly #begun = new Map<number, { readonly timeUs: number; readonly used: number }>();
  /** The last reading; `null`: none. */
  last: LevelsAt | null = null;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  addLevels(levels: LevelsAt): void {
    if ((this.#count + 1) * LEVELS.length > this.#rows.length) {
      this.#budget.take(this.#rows.length * 8);
      const rows = new Float64Array(this.#rows.length * 2);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    for (const [index, name] of LEVELS.entries()) this.#rows[this.#count * LEVELS.length + index] = levels[name];
    this.#count += 1;
    this.last = levels;
  }

  addCollection(begins: boolean, timeUs: number, isolate: number, kind: number, used: number): void {
    if (begins) {
      this.#begun.set(isolate, { timeUs, used });
      return;
    }
    const begun = this.#begun.get(isolate);
    this.#begun.delete(isolate);
    // The recording began within it.
    if (begun === undefined) return;
    this.#budget.take(COLLECTION_BYTES);
    this.#collections.push({
      process: 0,
      isolate,
      kind: collectionKind(kind),
      beginUs: begun.timeUs,
      endUs: timeUs,
      usedBefore: begun.used,
      usedAfter: used,
    });
  }

  timeline(): CaptureTimeline {
    const column = (name: keyof LevelsAt): Float64Array => {
      const index = LEVELS.indexOf(name);
      return Float64Array.from({ length: this.#count }, (_, row) => this.#rows[row * LEVELS.length + index] ?? 0);
    };
    return {
      timeUs: column("timeUs"),
      heapUsed: column("heapUsed"),
      heapCommitted: column("heapCommitted"),
      buffers: column("buffers"),
      native: column("native"),
      engine: column("engine"),
      rss: column("rss"),
      collections: this.#collections,
    };
  }
}

export function collectionKind(code: number): CaptureCollection["kind"] {
  if (code === CollectionKind.young) return "young";
  return code === CollectionKind.full ? "full" : "other";
}
