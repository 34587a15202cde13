// Blocks of an addon: test/native/probe allocates what it is told to.
import { createRequire } from "node:module";
import path from "node:path";
import { clean, type LeakCase, leaking } from "./case.js";

interface Probe {
  /** `count` blocks of `bytes`, one byte more each; `keep` of them stay. On `threads` other threads; 0: on this one. */
  allocate(name: string, bytes: number, count: number, keep: number, threads: number): unknown;
  freeKept(): number;
}

/** The probe is built before the tests (test/matrix/global-setup.ts). */
function loadProbe(): Probe {
  const built = path.resolve(import.meta.dirname, "../../native/probe/build/Release/probe.node");
  return createRequire(import.meta.url)(built) as Probe;
}

const NATIVE = { space: "native", type: "native block", retainingName: null } as const;

/** A pair: blocks of this function of libc or C++ that stay, and such that go. */
function pairOf(name: string, bytes: number, threads: 0 | 1): readonly LeakCase[] {
  const where = threads === 0 ? "" : " on another thread";
  return [
    leaking(
      `blocks of ${bytes} B by ${name}${where}, kept`,
      { ...NATIVE, allocatingFunction: "keepBlock", countPerCall: 1, minBytesPerCall: bytes },
      () => {
        const probe = loadProbe();
        return {
          fn: function keepBlock() {
            probe.allocate(name, bytes, 1, 1, threads);
          },
          dispose: () => probe.freeKept(),
        };
      },
    ),
    clean(`blocks of ${bytes} B by ${name}${where}, freed`, () => {
      const probe = loadProbe();
      return {
        fn: function freeBlock() {
          probe.allocate(name, bytes, 1, 0, threads);
        },
      };
    }),
  ];
}

export const native: readonly LeakCase[] = [
  ...pairOf("malloc", 16, 0),
  ...pairOf("malloc", 1000, 0),
  ...pairOf("calloc", 64, 0),
  ...pairOf("posix_memalign", 256, 0),
  ...pairOf("_Znwm", 48, 0),
  ...pairOf("malloc", 20_000, 1),

  leaking("one native block in every third call", { ...NATIVE, allocatingFunction: "keepThird" }, () => {
    const probe = loadProbe();
    let calls = 0;
    return {
      fn: function keepThird() {
        probe.allocate("malloc", 128, 1, ++calls % 3 === 0 ? 1 : 0, 0);
      },
      dispose: () => probe.freeKept(),
    };
  }),
  clean("one native block in the third call", () => {
    const probe = loadProbe();
    let calls = 0;
    return {
      fn: function keepOnce() {
        probe.allocate("malloc", 128, 1, ++calls === 3 ? 1 : 0, 0);
      },
      dispose: () => probe.freeKept(),
    };
  }),

  leaking("one native block of a hundred", { ...NATIVE, allocatingFunction: "keepOneOfMany", countPerCall: 1 }, () => {
    const probe = loadProbe();
    return {
      fn: function keepOneOfMany() {
        probe.allocate("malloc", 512, 100, 1, 0);
      },
      dispose: () => probe.freeKept(),
    };
  }),
  clean("none of a hundred native blocks", () => {
    const probe = loadProbe();
    return {
      fn: function keepNone() {
        probe.allocate("malloc", 512, 100, 0, 0);
      },
    };
  }),
];
