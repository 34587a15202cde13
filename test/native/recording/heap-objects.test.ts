// Every object of V8's heap, where a recording was asked for that: against what the program made.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { type Capture, openCapture } from "../../../core/src/captures.js";
import { captureFolder, recordedTruth, recordsOf } from "./programs.js";

const minutes = 60_000;
const at = captureFolder();

/** Where V8 11 changes to optimised code in the middle of a loop, its own profiler, too, misses an object or two. */
const withOptimisedCode = Number.parseInt(process.versions.node, 10) > 20 ? [] : ["--no-opt"];

interface Objects {
  readonly made: number;
  readonly alive: number;
}

/** Of `words` words each, made by `maker` itself or by `called`, which it called. */
async function objectsOf(capture: Capture, words: number, maker: string, called = maker): Promise<Objects> {
  const fits = new Map<number, boolean>();
  const alive = new Set<number>();
  let made = 0;
  for await (const one of capture.records()) {
    if (one.type === "heapFree") alive.delete(one.handle);
    if (one.type !== "heapAllocation" || one.bytes !== 8 * words) continue;
    const isTheirs = fits.get(one.stack) ?? (await isOf(capture, one.stack, maker, called));
    fits.set(one.stack, isTheirs);
    if (!isTheirs) continue;
    made++;
    alive.add(one.handle);
  }
  return { made, alive: alive.size };
}

async function isOf(capture: Capture, stack: number, maker: string, called: string): Promise<boolean> {
  const names = (await capture.stack(stack)).map(({ functionName }) => functionName);
  return names.includes(maker) && (names[0] === maker || names[0] === called);
}

test(
  "as many as were made are there, those alive that are kept, the others collected",
  async () => {
    const file = at("objects.memspec");
    const [kept, dropped] = [5000, 7000];
    recordedTruth(
      {
        name: "objects.cjs",
        nodeArguments: ["--expose-gc", ...withOptimisedCode],
        env: { KEPT: String(kept), DROPPED: String(dropped) },
      },
      { file, heapInterval: "exact" },
    );
    const capture = await openCapture(file);
    expect(capture.info.heapIsExact).toBe(true);
    // Three words of its own and 37 fields.
    expect(await objectsOf(capture, 40, "makeKept")).toEqual({ made: kept, alive: kept });
    expect(await objectsOf(capture, 40, "makeDropped")).toEqual({ made: dropped, alive: 0 });
  },
  1 * minutes,
);

test(
  "objects for which optimised code makes room at once are each there",
  async () => {
    const file = at("groups.memspec");
    const count = 6000;
    recordedTruth(
      { name: "groups.cjs", nodeArguments: withOptimisedCode, env: { COUNT: String(count) } },
      { file, heapInterval: "exact" },
    );
    const capture = await openCapture(file);
    // Three words of their own, and 41, 33 and 35 fields. What an inlined constructor makes may be told of its caller.
    const parts = [await objectsOf(capture, 44, "makeGroups")];
    for (const words of [36, 38]) parts.push(await objectsOf(capture, words, "makeGroups", "Group"));
    for (const { made, alive } of parts) {
      expect(alive).toBe(made);
      // V8 allocates, too, where it compiles these functions: an object or two may be of the same size.
      expect(made).toBeGreaterThanOrEqual(count);
      expect(made).toBeLessThan(count + 5);
    }
  },
  1 * minutes,
);

test(
  "after a recording of every object optimised code makes room for several at once again",
  () => {
    const fixture = path.join(import.meta.dirname, "fixtures/after-exact.cjs");
    const captures = path.resolve(import.meta.dirname, "../../../core/dist/cjs/captures.js");
    const run = spawnSync(process.execPath, [fixture, captures, at("after.memspec")], { encoding: "utf8" });
    expect([run.stderr, run.status]).toEqual(["", 0]);
    expect(Number(run.stdout)).toBeGreaterThan(1000);
  },
  1 * minutes,
);

test(
  "a program that allocates on the heap alone has readings of it all the same, and its samples go on",
  async () => {
    const file = at("only-heap.memspec");
    const arrays = recordedTruth<number>(
      { name: "only-heap.cjs", nodeArguments: ["--min-semi-space-size=64", "--max-semi-space-size=64"] },
      { file, heapInterval: "exact", timelineIntervalMs: 5 },
    );
    const capture = await openCapture(file);
    const records = await recordsOf(capture);
    expect(records.filter(({ type }) => type === "collectionBegins")).toEqual([]);
    const used = records.flatMap((one) => (one.type === "levels" ? one.heaps.map((heap) => heap.used) : []));
    const least = Math.min(...used);
    // The program makes eight megabytes, and nothing else in between.
    expect(new Set(used.filter((bytes) => bytes > least + 1e6 && bytes < least + 7e6)).size).toBeGreaterThan(5);
    // The elements have two words more than there are; a builtin of V8's makes room at once for them and the array.
    const [elements, both] = [1002 * 8, 1008 * 8];
    const made = records.filter((one) => one.type === "heapAllocation" && one.bytes >= elements && one.bytes <= both);
    expect(made.length).toBe(arrays);
  },
  1 * minutes,
);
