/** Fixtures and questions for captures of test files, which are the same in both runners. */

import type { Capture } from "../../../core/src/capture-files/model/capture.js";
import type { FileReport } from "../../../core/src/runs/run-report.js";

const source = `
const kept: unknown[] = [];
export function holdBuffers(count: number): void {
  for (let i = 0; i < count; i += 1) kept.push(Buffer.alloc(100_000));
  for (let i = 0; i < 4_000; i += 1) kept.push(new Array(128).fill(i));
}
`;

/** @param runner what test files import `expect` and `test` from */
export const capturedProject = (runner: string): Readonly<Record<string, string>> => ({
  "src/hold.ts": source,
  "passes.test.ts": `
import { expect, test } from "${runner}";
import { holdBuffers } from "./src/hold";
test("holds", () => { holdBuffers(20); expect(1).toBe(1); });
`,
  "fails.test.ts": `
import { expect, test } from "${runner}";
import { holdBuffers } from "./src/hold";
test("holds", () => { holdBuffers(30); expect(1).toBe(2); });
`,
});

/** What a capture and the report say of the same file; they are of the same span but for what comes before the first module and after the last hook. */
export interface Agreement {
  /** Buffers that the function allocated, and their number, by the capture. */
  readonly held: { readonly bytes: number; readonly count: number };
  /** The capture's figure less the report's. */
  readonly more: { readonly buffersBytes: number; readonly nativeBytes: number; readonly heapDeviations: number };
}

const HEAP_INTERVAL = 32 * 1024;

export async function agreementOf(capture: Capture, file: FileReport): Promise<Agreement> {
  const { views, tree, statistics } = await capture.read({ views: [{ kind: "allocated", spaces: ["buffers"] }] });
  const held = { bytes: 0, count: 0 };
  for (const row of views[0]?.rows ?? []) {
    for (let node = row.node; node > 0; node = tree.parents[node] ?? 0) {
      if (tree.frames[tree.frameOf[node] ?? -1]?.functionName !== "holdBuffers") continue;
      held.bytes += row.bytes;
      held.count += row.count;
      break;
    }
  }
  const { buffers, native, heap } = statistics.spaces;
  const told = file.figures;
  const onHeap = told?.heap.allocatedBytes ?? Number.NaN;
  return {
    held,
    more: {
      buffersBytes: (buffers.allocatedBytes ?? Number.NaN) - (told?.buffers.allocatedBytes ?? Number.NaN),
      nativeBytes: (native.allocatedBytes ?? Number.NaN) - (told?.native.allocatedBytes ?? Number.NaN),
      // Of the sum of samples that come every so many bytes on average, by Poisson's law.
      heapDeviations: ((heap.allocatedBytes ?? Number.NaN) - onHeap) / Math.sqrt(HEAP_INTERVAL * onHeap),
    },
  };
}
