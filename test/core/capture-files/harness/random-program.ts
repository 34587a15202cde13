/** Random programs of events, the same for the same seed. */

import type { OffHeap, TestDefinitions, TestEvent } from "./events.js";

export type Random = () => number;

/** A number from 0 to below 1 (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

export const THREADS = 4;
export const STACKS = 9;

/** Threads 1 and 2 have isolates. */
export const isolateOf = (thread: number): number => (thread === 1 || thread === 2 ? thread : 0);

/** Stacks 1 to `STACKS`, each of its own function. */
export const DEFINITIONS: TestDefinitions = {
  strings: ["main", "worker", "pool", "/app/app.js", ...Array.from({ length: STACKS }, (_, index) => `f${index + 1}`)],
  scripts: [{ name: 4, map: 0 }],
  frames: Array.from({ length: STACKS }, (_, index) => ({
    function: 5 + index,
    script: 1,
    line: index + 1,
    column: 1,
    flags: 0,
  })),
  nodes: Array.from({ length: STACKS }, (_, index) => ({
    parent: index === 0 ? 0 : below(seeded(index), index + 1),
    frame: index + 1,
  })),
  stacks: Array.from({ length: STACKS }, (_, index) => ({ id: index + 1, node: index + 1 })),
  threads: [
    { id: 1, systemId: 11, name: 1, isolate: 1 },
    { id: 2, systemId: 12, name: 2, isolate: 2 },
    { id: 3, systemId: 13, name: 3, isolate: 0 },
    { id: 0, systemId: 10, name: 3, isolate: 0 },
  ],
};

const PAGE = 4096;
const MAPS_AT = 0x7f00_0000_0000;

export function randomProgram(seed: number, length: number): readonly TestEvent[] {
  const random = seeded(seed);
  const events: TestEvent[] = [];
  const addresses = Array.from(
    { length: 40 },
    () => 0x5500_0000_0000 + below(random, 2000) * (random() < 0.8 ? 16 : 1),
  );
  let timeUs = 0;
  const space = (): OffHeap => (random() < 0.3 ? "buffers" : "native");
  const thread = (): number => below(random, THREADS);
  const stack = (): number => below(random, STACKS + 1);
  const size = (): number =>
    random() < 0.02 ? 2 ** 33 + below(random, 1000) : below(random, random() < 0.5 ? 100 : 100_000);
  const address = (): number => addresses[below(random, addresses.length)] ?? 16;
  const range = () => ({
    address: MAPS_AT + below(random, 24) * PAGE,
    bytes: below(random, 8) * PAGE + (random() < 0.3 ? below(random, PAGE) : PAGE),
  });
  while (events.length < length) {
    const what = random();
    if (what < 0.36) {
      events.push({
        do: "allocate",
        thread: thread(),
        space: space(),
        allocator: below(random, 4),
        address: address(),
        bytes: size(),
        stack: stack(),
      });
    } else if (what < 0.6) {
      const by = thread();
      events.push({ do: "free", thread: by, address: address() });
      if (random() < 0.1) {
        if (random() < 0.3) events.push({ do: "free", thread: (by + 1) % THREADS, address: address() });
        events.push({ do: "restored", thread: by });
      }
    } else if (what < 0.68) {
      events.push({
        do: random() < 0.6 ? "map" : "commit",
        thread: thread(),
        space: space(),
        allocator: 2,
        stack: stack(),
        ...range(),
      });
    } else if (what < 0.74) events.push({ do: "unmap", thread: thread(), ...range() });
    else if (what < 0.84) {
      events.push({
        do: "born",
        thread: 1 + below(random, 2),
        handle: below(random, 50),
        bytes: 16 + below(random, 100_000),
        stack: stack(),
      });
    } else if (what < 0.91) events.push({ do: "collected", thread: 1 + below(random, 2), handle: below(random, 50) });
    else if (what < 0.92) {
      const intervals = [1, 512, 32768, 4096];
      events.push({
        do: "sampling",
        thread: 1 + below(random, 2),
        interval: intervals[below(random, 4)] ?? 1,
        flags: 0,
      });
    } else if (what < 0.96) {
      timeUs += below(random, 10_000);
      const used = (): number => below(random, 10_000_000);
      events.push({
        do: "levels",
        timeUs,
        rss: 50_000_000 + used(),
        buffers: used(),
        native: used(),
        engine: used(),
        heaps: random() < 0.8 ? [1, 2].map((isolate) => ({ isolate, used: used(), committed: 10_000_000 })) : [],
      });
    } else if (what < 0.995) {
      timeUs += below(random, 1000);
      const isolate = 1 + below(random, 2);
      const used = below(random, 10_000_000);
      const kind = 1 + below(random, 3);
      events.push({ do: random() < 0.5 ? "collectionBegins" : "collectionEnded", timeUs, isolate, kind, used });
    } else if (what < 0.998) events.push({ do: "missed", count: below(random, 10) });
    else events.push({ do: "heapEnds", isolate: 1 + below(random, 2) });
  }
  return events;
}

/** Cuts a list into pieces of random lengths. */
export function inPieces<T>(list: readonly T[], random: Random, longest: number): readonly (readonly T[])[] {
  const pieces: T[][] = [];
  for (let at = 0; at < list.length; ) {
    const length = 1 + below(random, longest);
    pieces.push(list.slice(at, at + length));
    at += length;
  }
  return pieces;
}
