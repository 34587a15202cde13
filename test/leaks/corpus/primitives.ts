// Numbers, symbols and big integers: values that are objects on the heap all the same.
import { clean, type LeakCase, leaking } from "./case.js";

/** More than any check calls: the list itself does not grow. */
const SLOTS = 50_000;

export const primitives: readonly LeakCase[] = [
  leaking(
    "a number of 16 bytes in an array's element",
    {
      space: "heap",
      type: "number",
      allocatingFunction: "addReading",
      retainingName: "readings",
      countPerCall: 1,
      minBytesPerCall: 16,
    },
    () => {
      // Of mixed elements: a number that is no small integer is an object of its own.
      const readings: unknown[] = new Array(SLOTS).fill(null);
      let next = 0;
      return {
        fn: function addReading() {
          readings[next] = next + 0.5;
          next++;
        },
      };
    },
  ),
  clean("a number of 16 bytes in an array's element, always the same one", () => {
    const readings: unknown[] = new Array(SLOTS).fill(null);
    let next = 0;
    return {
      fn: function replaceReading() {
        readings[0] = next + 0.5;
        next = (next + 1) % 1000;
      },
    };
  }),

  leaking(
    "a number of 16 bytes in an object's field",
    {
      space: "heap",
      type: "number",
      allocatingFunction: "fillCell",
      retainingName: "value",
      countPerCall: 1,
      minBytesPerCall: 16,
    },
    () => {
      const cells = Array.from({ length: SLOTS }, () => ({ value: null as number | null }));
      let next = 0;
      return {
        fn: function fillCell() {
          const cell = cells[next % cells.length];
          if (cell !== undefined) cell.value = next + 0.25;
          next++;
        },
      };
    },
  ),
  clean("a number of 16 bytes in an object's field, always the same one", () => {
    const cell = { value: null as number | null };
    let next = 0;
    return {
      fn: function refillCell() {
        cell.value = next + 0.25;
        next = (next + 1) % 1000;
      },
    };
  }),

  leaking(
    "a symbol for each call as a key",
    { space: "heap", type: "symbol", allocatingFunction: "mark", retainingName: "marks", countPerCall: 1 },
    () => {
      const marks: Record<symbol, boolean> = {};
      return {
        fn: function mark() {
          marks[Symbol("mark")] = true;
        },
      };
    },
  ),
  clean("a symbol for each call as a key, deleted again", () => {
    const marks: Record<symbol, boolean> = {};
    return {
      fn: function markShortly() {
        const symbol = Symbol("mark");
        marks[symbol] = true;
        delete marks[symbol];
      },
    };
  }),

  leaking(
    "a new name in the registry of symbols with every call",
    { space: "heap", type: "symbol", allocatingFunction: "intern", retainingName: null, countPerCall: 1 },
    () => {
      const stamp = performance.now();
      let next = 0;
      return {
        fn: function intern() {
          Symbol.for(`corpus ${stamp} ${next++}`);
        },
      };
    },
    { keepsForEver: true, reason: "V8 never forgets a name that Symbol.for was called with" },
  ),
  clean("the same names in the registry of symbols", () => {
    let next = 0;
    return {
      fn: function internAgain() {
        Symbol.for(`corpus ${next++ % 8}`);
      },
    };
  }),

  leaking(
    "big integers, kept",
    { space: "heap", type: "bigint", allocatingFunction: "addAmount", retainingName: "amounts", countPerCall: 1 },
    () => {
      const amounts: bigint[] = [];
      let amount = 2n ** 64n;
      return {
        fn: function addAmount() {
          amount += 3n;
          amounts.push(amount);
        },
      };
    },
  ),
  clean("big integers, summed up", () => {
    let amount = 2n ** 64n;
    return {
      fn: function sumAmount() {
        amount = (amount + 3n) % 2n ** 80n;
      },
    };
  }),
];
