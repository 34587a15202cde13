import { expect, test } from "vitest";
import type { CaptureRecord } from "../../../core/src/capture-files/model/capture.js";
import type { TestEvent } from "./harness/events.js";
import { opened } from "./harness/files.js";
import { DEFINITIONS, inPieces, randomProgram, seeded } from "./harness/random-program.js";
import { captureFile } from "./harness/write-capture.js";

const ALLOCATORS = ["", "malloc", "mmap", "operator new"];
const KINDS = ["", "young", "full", "other"];

/** What a record of an event is, said once more. */
function recordOf(event: TestEvent): object {
  const { do: type, ...fields } = event;
  switch (event.do) {
    case "allocate":
      return { ...fields, type: "allocation", allocator: ALLOCATORS[event.allocator] };
    case "map":
    case "commit":
      return { ...fields, type, allocator: ALLOCATORS[event.allocator] };
    case "born":
      return { ...fields, type: "heapAllocation" };
    case "collected":
      return { ...fields, type: "heapFree" };
    case "sampling":
      return { type, thread: event.thread, interval: event.interval, collectedAreTold: event.flags % 2 === 0 };
    case "collectionBegins":
    case "collectionEnded":
      return { ...fields, type, kind: KINDS[event.kind] };
    default:
      return { ...fields, type };
  }
}

async function recordsOf(records: AsyncIterable<CaptureRecord>): Promise<readonly CaptureRecord[]> {
  const list: CaptureRecord[] = [];
  for await (const record of records) list.push(record);
  return list;
}

test.each([true, false])("records are the events that were written, in order (compressed: %s)", async (compressed) => {
  // More than one batch of the decoder in a chunk.
  const events = [...randomProgram(3, 9000), { do: "sampling", thread: 1, interval: 7, flags: 1 } as const];
  for (const lists of [[events], inPieces(events, seeded(3), 300)]) {
    const capture = await opened(captureFile({ definitions: DEFINITIONS, events: lists, compressed }));
    expect(await recordsOf(capture.records())).toEqual(events.map(recordOf));
  }
});

test("addresses, sizes, threads, stacks and handles keep their value at the edges of the encoding", async () => {
  const edges = [0, 1, 63, 64, 127, 128, 8191, 8192, 2 ** 20, 2 ** 27, 2 ** 28, 2 ** 31, 2 ** 32, 2 ** 35, 2 ** 47];
  const events: TestEvent[] = [];
  for (const edge of edges) {
    for (const value of [edge - 1, edge, edge + 1, edge * 16, 16]) {
      if (value < 0) continue;
      events.push({
        do: "allocate",
        thread: value % 2 ** 20,
        space: "native",
        allocator: 1,
        address: value,
        bytes: value,
        stack: value % 2 ** 32,
      });
      events.push({ do: "free", thread: 5, address: value });
      events.push({ do: "born", thread: 1, handle: value % 2 ** 49, bytes: value, stack: value % 2 ** 32 });
    }
  }
  const largest = 2 ** 53 - 1;
  events.push({ do: "allocate", thread: 0, space: "native", allocator: 1, address: largest, bytes: largest, stack: 0 });
  const capture = await opened(captureFile({ events: [events] }));
  expect(await recordsOf(capture.records())).toEqual(events.map(recordOf));
});

test("a loop over records that is left closes the file", async () => {
  const capture = await opened(captureFile({ definitions: DEFINITIONS, events: [randomProgram(4, 100)] }));
  for await (const record of capture.records()) {
    expect(record).toBeDefined();
    break;
  }
  expect((await recordsOf(capture.records())).length).toBe(100);
});
