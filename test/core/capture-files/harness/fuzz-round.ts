/** One round of the fuzzer: a capture with something wrong in it is asked everything. */

import { writeFileSync } from "node:fs";
import type { ViewOptions } from "../../../../core/src/capture-files/model/capture.js";
import { openCapture } from "../../../../core/src/capture-files/reading/open-capture.js";
import { isMemspecError } from "../../../../core/src/errors/memspec-error.js";
import { mutated } from "./mutations.js";

const CODES = ["MEMSPEC_CAPTURE_FOREIGN", "MEMSPEC_CAPTURE_NEWER", "MEMSPEC_CAPTURE_DAMAGED", "MEMSPEC_CAPTURE_SUMS"];
const VIEWS: readonly ViewOptions[] = [
  { kind: "peak" },
  { kind: "leaked" },
  { kind: "temporary" },
  { kind: "allocated" },
  { kind: "peak", spaces: ["buffers", "native"] },
];
const OF_EVENTS: readonly ViewOptions[] = [
  { kind: "peak", spaces: ["heap"] },
  { kind: "temporary", threshold: 5 },
  { kind: "window", fromUs: 1000, toUs: 50_000 },
];

/**
 * Whatever is in the file: answers, or one of memspec's own errors.
 *
 * @param file is written
 * @throws what the reader should not have thrown, or an `Error` that says which of its answers is none
 */
export async function fuzzRound(seed: number, file: string): Promise<void> {
  writeFileSync(file, mutated(seed));
  await expected(async () => {
    const capture = await openCapture(file);
    const { views, tree } = await capture.read({ views: VIEWS });
    for (const view of views) {
      for (const { node, bytes, count } of view.rows) {
        if (node >= tree.parents.length) throw new Error(`a row names node ${node}`);
        if (!Number.isFinite(bytes) || !Number.isFinite(count)) throw new Error(`a row has ${bytes} bytes`);
      }
    }
    for (const [node, parent] of tree.parents.entries()) {
      if (node > 0 && parent >= node) throw new Error(`node ${node} has parent ${parent}`);
    }
    await expected(async () => {
      await capture.read({ views: OF_EVENTS });
      let records = 0;
      for await (const record of capture.records()) {
        if ("stack" in record && records < 20) await capture.stack(record.stack);
        records += 1;
      }
    });
  });
}

async function expected(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!isMemspecError(error) || !CODES.includes(error.code)) throw error;
  }
}
