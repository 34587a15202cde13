import { setTimeout as sleep } from "node:timers/promises";
import { clean, type LeakCase, leaking } from "./case.js";

const HOUR = 3_600_000;
/** Node lists the timers of one duration together: each trial has a list of its own. */
let trials = 0;

interface Listed {
  readonly _idleNext: Listed & NodeJS.Timeout;
}

/** The duration of a trial's timers, and a way to clear them all that keeps none of them alive: Node's own list is walked. */
function timersOfTrial() {
  const duration = HOUR + trials++;
  const first = setTimeout(() => undefined, duration).unref();
  return {
    duration,
    clear() {
      const list: NodeJS.Timeout[] = [];
      const start = first as unknown as Listed;
      for (let at = start._idleNext; at !== first; at = at._idleNext) {
        if ("_onTimeout" in at) list.push(at);
      }
      for (const timer of [first, ...list]) clearTimeout(timer);
    },
  };
}

export const timers: readonly LeakCase[] = [
  leaking(
    "timeouts that are far away",
    { space: "handles", type: "Timeout", allocatingFunction: "remind", retainingName: null, countPerCall: 1 },
    () => {
      const { duration, clear } = timersOfTrial();
      return {
        fn: function remind() {
          setTimeout(function onReminder() {}, duration);
        },
        dispose: clear,
      };
    },
  ),
  clean("timeouts that are far away, cleared", () => ({
    fn: function remindShortly() {
      clearTimeout(setTimeout(function onReminder() {}, HOUR));
    },
  })),

  leaking(
    "timeouts without a reference to the loop",
    { space: "handles", type: "Timeout", allocatingFunction: "remindQuietly", retainingName: null, countPerCall: 1 },
    () => {
      const { duration, clear } = timersOfTrial();
      return {
        fn: function remindQuietly() {
          setTimeout(function onQuietReminder() {}, duration).unref();
        },
        dispose: clear,
      };
    },
  ),
  clean("timeouts without a reference to the loop, cleared", () => ({
    fn: function remindQuietlyAndClear() {
      clearTimeout(setTimeout(function onQuietReminder() {}, HOUR).unref());
    },
  })),

  leaking(
    "intervals",
    { space: "handles", type: "Timeout", allocatingFunction: "poll", retainingName: null, countPerCall: 1 },
    () => {
      const { duration, clear } = timersOfTrial();
      return {
        fn: function poll() {
          setInterval(function onPoll() {}, duration).unref();
        },
        dispose: clear,
      };
    },
  ),
  clean("intervals, cleared", () => ({
    fn: function pollShortly() {
      clearInterval(setInterval(function onPoll() {}, HOUR));
    },
  })),

  leaking(
    "intervals, kept by their owners in a Map",
    { space: "heap", type: "Watch", allocatingFunction: "startWatch", retainingName: "watches", countPerCall: 1 },
    () => {
      class Watch {
        readonly timer = setInterval(() => undefined, HOUR).unref();
      }
      const watches = new Map<number, Watch>();
      let next = 0;
      return {
        fn: function startWatch() {
          watches.set(next++, new Watch());
        },
        dispose: () => {
          for (const { timer } of watches.values()) clearInterval(timer);
        },
      };
    },
  ),
  clean("one timeout that is refreshed", () => {
    const timer = setTimeout(() => undefined, HOUR).unref();
    return {
      fn: function keepAwake() {
        timer.refresh();
      },
      dispose: () => clearTimeout(timer),
    };
  }),

  leaking(
    "sleeps that nobody wakes",
    { space: "handles", type: "Timeout", allocatingFunction: "raceSleep", retainingName: null, countPerCall: 1 },
    () => {
      const waking = new AbortController();
      const { duration, clear } = timersOfTrial();
      return {
        fn: async function raceSleep() {
          await Promise.race([sleep(duration, undefined, { ref: false }), undefined]);
        },
        dispose: () => {
          waking.abort();
          clear();
        },
      };
    },
  ),
  clean("sleeps that are woken", () => ({
    fn: async function raceSleepAndWake() {
      const waking = new AbortController();
      await Promise.race([sleep(HOUR, undefined, { signal: waking.signal }).catch(() => undefined), undefined]);
      waking.abort();
    },
  })),

  leaking(
    "a debounce that forgets to clear the timeout before",
    { space: "handles", type: "Timeout", allocatingFunction: "debounce", retainingName: null, countPerCall: 1 },
    () => {
      const { duration, clear } = timersOfTrial();
      let latest: NodeJS.Timeout | undefined;
      return {
        fn: function debounce() {
          latest = setTimeout(() => undefined, duration).unref();
          return latest.hasRef();
        },
        dispose: clear,
      };
    },
  ),
  clean("a debounce that clears the timeout before", () => {
    let latest: NodeJS.Timeout | undefined;
    return {
      fn: function debounceRightly() {
        clearTimeout(latest);
        latest = setTimeout(() => undefined, HOUR).unref();
      },
      dispose: () => clearTimeout(latest),
    };
  }),
  clean("timeouts of ever other durations, cleared", () => {
    let next = 0;
    return {
      fn: function remindDifferently() {
        clearTimeout(setTimeout(() => undefined, HOUR + 10_000 + (next++ % 5000)));
      },
    };
  }),
  clean("immediates that have run", () => ({
    fn: function yieldOnce() {
      return new Promise<void>((resolve) => setImmediate(resolve));
    },
  })),
];
