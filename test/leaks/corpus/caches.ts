import { clean, type LeakCase, leaking } from "./case.js";

class Entry {
  readonly key: number;
  readonly value = "value";
  constructor(key: number) {
    this.key = key;
  }
}

/** A cache that is full after so many calls. */
function fillingUpTo(limit: number, remarks: { readonly latePlateau?: true } = {}): LeakCase {
  return clean(
    `a cache that is full at ${limit} entries`,
    () => {
      const cache = new Map<number, Entry>();
      let calls = 0;
      return {
        fn: function lookUp() {
          const key = calls++ % limit;
          if (!cache.has(key)) cache.set(key, new Entry(key));
          return cache.get(key)?.value;
        },
      };
    },
    remarks,
  );
}

/** The same, but what it is asked for is new each time. */
function neverFull(name: string, hits: number): LeakCase {
  return leaking(
    name,
    { space: "heap", type: "Entry", allocatingFunction: "lookUpNew", retainingName: "cache" },
    () => {
      const cache = new Map<number, Entry>();
      let calls = 0;
      return {
        fn: function lookUpNew() {
          const key = Math.floor(calls++ / hits);
          if (!cache.has(key)) cache.set(key, new Entry(key));
          return cache.get(key)?.value;
        },
      };
    },
  );
}

export const caches: readonly LeakCase[] = [
  neverFull("a cache that is asked for something new each time", 1),
  fillingUpTo(12),
  neverFull("a cache that is asked for something new every second time", 2),
  fillingUpTo(64, { latePlateau: true }),
  neverFull("a cache that is asked for something new every fourth time", 4),
  fillingUpTo(200, { latePlateau: true }),
  neverFull("a cache that is asked for something new every fifth time", 5),
  fillingUpTo(500, { latePlateau: true }),

  leaking(
    "an LRU whose list of uses is never cut",
    { space: "heap", type: "Entry", allocatingFunction: "use", retainingName: "uses", countPerCall: 1 },
    () => {
      const entries = new Map<number, Entry>();
      const uses: Entry[] = [];
      let next = 0;
      return {
        fn: function use() {
          const entry = new Entry(next++);
          entries.set(entry.key, entry);
          uses.push(entry);
          if (entries.size > 20) entries.delete(entry.key - 20);
        },
      };
    },
  ),
  clean("an LRU of 20", () => {
    const entries = new Map<number, Entry>();
    let next = 0;
    return {
      fn: function useRightly() {
        const entry = new Entry(next++);
        entries.set(entry.key, entry);
        if (entries.size > 20) {
          const [oldest] = entries.keys();
          if (oldest !== undefined) entries.delete(oldest);
        }
      },
    };
  }),

  leaking(
    "an initialisation that is done again in every fourth call",
    { space: "heap", type: "Entry", allocatingFunction: "initialize", retainingName: "engines" },
    () => {
      const engines: Entry[] = [];
      let calls = 0;
      return {
        fn: function initialize() {
          if (++calls % 4 === 0) engines.push(new Entry(calls));
          return engines.length;
        },
      };
    },
  ),
  clean("a lazy initialisation in the fourth call", () => {
    const engines: Entry[] = [];
    let calls = 0;
    return {
      fn: function initializeOnce() {
        if (++calls === 4) for (let i = 0; i < 100; i++) engines.push(new Entry(i));
        return engines.length;
      },
    };
  }),
  clean(
    "a lazy initialisation in the fortieth call",
    () => {
      const engines: Entry[] = [];
      let calls = 0;
      return {
        fn: function initializeLate() {
          if (++calls === 40) for (let i = 0; i < 100; i++) engines.push(new Entry(i));
          return engines.length;
        },
      };
    },
    { latePlateau: true },
  ),

  leaking(
    "a pool that nothing is given back to",
    { space: "heap", type: "Entry", allocatingFunction: "acquire", retainingName: "all", countPerCall: 1 },
    () => {
      const all: Entry[] = [];
      const free: Entry[] = [];
      return {
        fn: function acquire() {
          const entry = free.pop() ?? new Entry(all.length);
          if (!all.includes(entry)) all.push(entry);
          return entry.value;
        },
      };
    },
  ),
  clean("a pool that all is given back to", () => {
    const all: Entry[] = [];
    const free: Entry[] = [];
    return {
      fn: function acquireAndRelease() {
        const taken = Array.from({ length: 10 }, () => {
          const entry = free.pop() ?? new Entry(all.length);
          if (!all.includes(entry)) all.push(entry);
          return entry;
        });
        free.push(...taken);
      },
    };
  }),

  leaking(
    "memoisation by a key that has the time in it",
    { space: "heap", type: "Object", allocatingFunction: "compute", retainingName: "memo", countPerCall: 1 },
    () => {
      const memo: Record<string, { readonly sum: number }> = {};
      let time = 1_700_000_000_000;
      return {
        fn: function compute() {
          const key = JSON.stringify({ a: 1, b: 2, time: time++ });
          memo[key] ??= { sum: 3 };
          return memo[key].sum;
        },
      };
    },
  ),
  clean("memoisation by a key that has few values", () => {
    const memo: Record<string, { readonly sum: number }> = {};
    let time = 0;
    return {
      fn: function computeBounded() {
        const key = JSON.stringify({ a: 1, b: time++ % 6 });
        memo[key] ??= { sum: 3 };
        return memo[key].sum;
      },
    };
  }),

  leaking(
    "a log without an end",
    { space: "heap", type: "Object", allocatingFunction: "logEvent", retainingName: "events", countPerCall: 1 },
    () => {
      const events: { readonly at: number }[] = [];
      let at = 0;
      return {
        fn: function logEvent() {
          events.push({ at: at++ });
        },
      };
    },
  ),
  clean(
    "a log of the last hundred",
    () => {
      const events: { readonly at: number }[] = [];
      let at = 0;
      return {
        fn: function logRecent() {
          events[at % 100] = { at };
          at++;
        },
      };
    },
    { latePlateau: true },
  ),
  clean(
    "a buffer of events that is flushed at thirty",
    () => {
      const events: { readonly at: number }[] = [];
      let at = 0;
      return {
        fn: function logAndFlush() {
          events.push({ at: at++ });
          if (events.length === 30) events.length = 0;
        },
      };
    },
    { latePlateau: true, reason: "how many are there depends on the call: it rises and falls" },
  ),

  leaking(
    "a hundred megabytes of garbage in each call, and one row that stays",
    { space: "heap", type: "Array", allocatingFunction: "churnAndKeep", retainingName: "kept", countPerCall: 1 },
    () => {
      const kept: number[][] = [];
      return {
        fn: function churnAndKeep() {
          let length = 0;
          for (let i = 0; i < 100; i++) length += new Array<number>(131_072).fill(i).length;
          kept.push(new Array<number>(2000).fill(length));
        },
      };
    },
    { slow: true },
  ),
  clean(
    "a hundred megabytes of garbage in each call",
    () => ({
      fn: function churn() {
        let length = 0;
        for (let i = 0; i < 100; i++) length += new Array<number>(131_072).fill(i).length;
        return length;
      },
    }),
    { slow: true },
  ),
];
