/** Figures as they are recorded, written shortly. */

import type { BaselineSpace, RecordedFigures, RecordedTests } from "../../../core/src/baselines/types.js";

export type Bytes = Partial<Record<BaselineSpace, number | null>>;

export function recorded(allocated: Bytes, peak: Bytes = allocated): RecordedFigures {
  const of = (bytes: Bytes) => new Map(Object.entries(bytes) as [BaselineSpace, number | null][]);
  return { allocated: of(allocated), peak: of(peak) };
}

/** All of it in buffers. */
export function buffersAlone(bytes: number): RecordedFigures {
  return recorded({ total: bytes, heap: 0, buffers: bytes, native: 0 });
}

/** Entries by `[test, call, machine]`. */
export function tests(
  ...entries: readonly [test: string, call: string, machine: string, figures: RecordedFigures][]
): RecordedTests {
  const all = new Map<string, Map<string, Map<string, RecordedFigures>>>();
  for (const [test, call, machine, figures] of entries) {
    const calls = all.get(test) ?? new Map<string, Map<string, RecordedFigures>>();
    const machines = calls.get(call) ?? new Map<string, RecordedFigures>();
    all.set(test, calls.set(call, machines.set(machine, figures)));
  }
  return all;
}
