/** Captures for the command, by the format's words alone: what they hold is known. */

import type { TestDefinitions, TestEvent } from "../core/capture-files/harness/events.js";
import { captureFile, META } from "../core/capture-files/harness/write-capture.js";

const DEFINITIONS: TestDefinitions = {
  strings: ["main", "/app/src/app.js", "parse", "/app/src/parse.js", "main thread", "pool"],
  scripts: [
    { name: 2, map: 0 },
    { name: 4, map: 0 },
  ],
  frames: [
    { function: 1, script: 1, line: 10, column: 5, flags: 0 },
    { function: 3, script: 2, line: 40, column: 7, flags: 0 },
  ],
  nodes: [
    { parent: 0, frame: 1 },
    { parent: 1, frame: 2 },
  ],
  stacks: [
    { id: 1, node: 1 },
    { id: 2, node: 2 },
  ],
  threads: [
    { id: 1, systemId: 100, name: 5, isolate: 1 },
    { id: 2, systemId: 101, name: 6, isolate: 0 },
  ],
};

const allocate = (address: number, bytes: number, stack: number, more: Partial<TestEvent> = {}): TestEvent =>
  ({ do: "allocate", thread: 1, space: "native", allocator: 1, address, bytes, stack, ...more }) as TestEvent;
const free = (address: number): TestEvent => ({ do: "free", thread: 1, address });
const levels = (timeUs: number, native: number, buffers: number): TestEvent => ({
  do: "levels",
  timeUs,
  rss: 50_000_000,
  buffers,
  native,
  engine: 0,
  heaps: [],
});

/** At its peak 5000 B of `parse` (buffers), 1000 B of `main`, 16 B of the pool; at the end 1000 B of `main` and `more` of `parse`. */
function eventsOf(more: number): readonly TestEvent[] {
  return [
    levels(0, 0, 0),
    allocate(0x1000, 1000, 1),
    allocate(0x2000, 5000, 2, { space: "buffers" }),
    allocate(0x3000, 16, 0, { thread: 2 }),
    levels(500_000, 1016, 5000),
    free(0x3000),
    free(0x2000),
    allocate(0x4000, 8, 1),
    free(0x4000),
    ...(more === 0 ? [] : [allocate(0x5000, more, 2)]),
    levels(1_000_000, 1000 + more, 0),
  ];
}

const PROCESS = { ...(META["process"] as object), argv: ["/usr/bin/node", "/app/src/app.js"] };

/** @param more bytes that `parse` leaves behind */
export function sampleCapture(more = 0, meta: Readonly<Record<string, unknown>> = {}): Buffer {
  const process = { ...PROCESS, ...(meta["process"] as object | undefined) };
  return captureFile({
    meta: { ...META, heapInterval: 1, ...meta, process },
    definitions: DEFINITIONS,
    events: [eventsOf(more)],
    compressed: true,
  });
}
