import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { setTimeout as startTimer, clearTimeout as stopTimer } from "node:timers";
import { loadAddon } from "../capture/load-addon.js";
import { findLeaks } from "./find-leaks.js";
import type { LeakSpace, LeakVerdict } from "./types.js";

/** One planted function and what the check said of it. */
export interface PlantedLeak {
  readonly name: string;
  readonly space: LeakSpace;
  readonly expected: LeakVerdict;
  readonly found: LeakVerdict;
  /** The verdict is the expected one, and a leak was found where it was planted. */
  readonly right: boolean;
}

export interface LeakSelfTest {
  /** Every planted leak was found, and what is clean was called clean. */
  readonly passed: boolean;
  readonly planted: readonly PlantedLeak[];
}

interface Plant {
  readonly name: string;
  readonly space: LeakSpace;
  readonly leaks: boolean;
  /** Too small, or in a space that is not looked at, without the addon. */
  readonly needsAddon?: true;
  readonly make: () => { readonly fn: () => unknown; readonly dispose: () => void };
}

/** Each leak beside the same work without it. */
const PLANTS: readonly Plant[] = [
  {
    name: "a number of 16 B that a list keeps",
    space: "heap",
    leaks: true,
    needsAddon: true,
    make() {
      // The object keeps V8 from storing the numbers unboxed.
      const kept: unknown[] = [{}];
      return { fn: () => kept.push(Math.random()), dispose: () => kept.splice(0) };
    },
  },
  {
    name: "arrays of 4 kB that a list keeps",
    space: "heap",
    leaks: true,
    make() {
      const kept: unknown[] = [];
      return { fn: () => kept.push(new Array(512).fill(0)), dispose: () => kept.splice(0) };
    },
  },
  {
    name: "a number of 16 B that the next one replaces",
    space: "heap",
    leaks: false,
    make() {
      const kept: unknown[] = [0];
      return {
        fn: () => {
          kept[0] = Math.random();
        },
        dispose: () => kept.splice(0),
      };
    },
  },
  {
    name: "a buffer that a list keeps",
    space: "buffers",
    leaks: true,
    make() {
      const kept: unknown[] = [];
      return { fn: () => kept.push(new ArrayBuffer(64)), dispose: () => kept.splice(0) };
    },
  },
  {
    name: "a buffer that is dropped",
    space: "buffers",
    leaks: false,
    make: () => ({ fn: () => new ArrayBuffer(64), dispose: () => undefined }),
  },
  {
    name: "a native block that a hash in a list keeps",
    space: "native",
    leaks: true,
    needsAddon: true,
    make() {
      const kept: unknown[] = [];
      return { fn: () => kept.push(createHash("sha256")), dispose: () => kept.splice(0) };
    },
  },
  {
    name: "a native block of a hash that is dropped",
    space: "native",
    leaks: false,
    make: () => ({ fn: () => createHash("sha256"), dispose: () => undefined }),
  },
  {
    name: "a timer that is not cleared",
    space: "handles",
    leaks: true,
    needsAddon: true,
    make() {
      const timers: NodeJS.Timeout[] = [];
      return {
        fn: () => timers.push(startTimer(() => undefined, FAR_AWAY_MS).unref()),
        dispose: () => timers.splice(0).forEach(stopTimer),
      };
    },
  },
  {
    name: "a timer that is cleared",
    space: "handles",
    leaks: false,
    make: () => ({ fn: () => stopTimer(startTimer(() => undefined, FAR_AWAY_MS)), dispose: () => undefined }),
  },
  {
    name: "a descriptor that is not closed",
    space: "handles",
    leaks: true,
    needsAddon: true,
    make() {
      const open: number[] = [];
      return { fn: () => open.push(openSync(process.execPath, "r")), dispose: () => open.splice(0).forEach(closeSync) };
    },
  },
];

const FAR_AWAY_MS = 2 ** 30;

/**
 * Proves on this machine that the check still finds a leak: plants some, looks for each, and looks at the same work without it.
 * Takes a few seconds. Without the
 * addon it plants only what can be told then: kilobytes on the heap, and buffers. Where a planted leak is not found, no verdict of `findLeaks` here is worth anything.
 *
 * @throws MemspecError as `findLeaks`
 */
export async function leakSelfTest(): Promise<LeakSelfTest> {
  const addon = loadAddon().binding !== null;
  const planted: PlantedLeak[] = [];
  for (const { name, space, leaks, needsAddon, make } of PLANTS) {
    if (needsAddon === true && !addon) continue;
    const { fn, dispose } = make();
    try {
      const { verdict, groups } = await findLeaks(fn);
      const expected = leaks ? "leak" : "clean";
      const there = !leaks || groups.some((group) => group.space === space);
      planted.push(Object.freeze({ name, space, expected, found: verdict, right: verdict === expected && there }));
    } finally {
      dispose();
    }
  }
  return Object.freeze({ passed: planted.every(({ right }) => right), planted: Object.freeze(planted) });
}
