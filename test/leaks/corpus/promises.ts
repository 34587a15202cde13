import { clean, type LeakCase, leaking } from "./case.js";

type Resolve = (value?: unknown) => void;

export const promises: readonly LeakCase[] = [
  leaking(
    "promises that are never settled",
    { space: "heap", type: "Promise", allocatingFunction: "wait", retainingName: "waiters", countPerCall: 1 },
    () => {
      const waiters: Resolve[] = [];
      return {
        fn: function wait() {
          void new Promise((resolve) => waiters.push(resolve));
        },
      };
    },
  ),
  clean("promises that are settled by the same call", () => {
    const waiters: Resolve[] = [];
    return {
      fn: async function waitAndGo() {
        const done = new Promise((resolve) => waiters.push(resolve));
        waiters.pop()?.();
        await done;
      },
    };
  }),

  leaking(
    "async functions suspended for ever on what a list can settle",
    { space: "heap", type: "Promise", allocatingFunction: "handle", retainingName: "gates" },
    () => {
      const gates: Resolve[] = [];
      async function handle() {
        const local = { request: 1 };
        await new Promise((resolve) => gates.push(resolve));
        return local;
      }
      return { fn: () => void handle() };
    },
  ),
  clean(
    "async functions suspended for ever on what nobody can settle",
    () => {
      async function handleNothing() {
        const local = { request: 1 };
        await new Promise(() => undefined);
        return local;
      }
      return { fn: () => void handleNothing() };
    },
    { reason: "nothing leads to a promise whose resolve function is gone" },
  ),

  leaking(
    "reactions to a promise that is long pending",
    {
      space: "heap",
      type: "closure onReady",
      allocatingFunction: "whenReady",
      retainingName: "ready",
      countPerCall: 1,
    },
    () => {
      const ready = new Promise<void>(() => undefined);
      return {
        fn: function whenReady() {
          void ready.then(function onReady() {});
        },
      };
    },
  ),
  clean("reactions to a promise that is settled", () => {
    const ready = Promise.resolve();
    return {
      fn: async function whenReadyAlready() {
        await ready.then(function onReady() {});
      },
    };
  }),

  leaking(
    "races against a promise that is long pending",
    { space: "heap", type: "Promise", allocatingFunction: "raceStop", retainingName: "stopped" },
    () => {
      const stopped = new Promise<void>(() => undefined);
      return {
        fn: async function raceStop() {
          await Promise.race([stopped, Promise.resolve(1)]);
        },
      };
    },
  ),
  clean("races between promises of the call", () => ({
    fn: async function raceFresh() {
      await Promise.race([new Promise<void>(() => undefined), Promise.resolve(1)]);
    },
  })),

  leaking(
    "requests in flight that stay in their Map",
    { space: "heap", type: "Promise", allocatingFunction: "load", retainingName: "inFlight", countPerCall: 1 },
    () => {
      const inFlight = new Map<number, Promise<string>>();
      let id = 0;
      return {
        fn: async function load() {
          const request = Promise.resolve("loaded");
          inFlight.set(id++, request);
          await request;
        },
      };
    },
  ),
  clean("requests in flight that leave their Map", () => {
    const inFlight = new Map<number, Promise<string>>();
    let id = 0;
    return {
      fn: async function loadAndForget() {
        const request = Promise.resolve("loaded");
        const key = id++;
        inFlight.set(key, request);
        await request.finally(() => inFlight.delete(key));
      },
    };
  }),

  leaking(
    "a chain of results, each with the one before",
    { space: "heap", type: "Object", allocatingFunction: "chain", retainingName: "tail", countPerCall: 1 },
    () => {
      interface Result {
        readonly before: Result | undefined;
      }
      let tail: Promise<Result | undefined> = Promise.resolve(undefined);
      return {
        fn: async function chain() {
          tail = tail.then((before) => ({ before }));
          await tail;
        },
      };
    },
  ),
  clean("a chain of promises, each waiting for the one before", () => {
    let tail: Promise<unknown> = Promise.resolve(undefined);
    return {
      fn: async function chainShortly() {
        tail = tail.then(() => ({ done: true }));
        await tail;
      },
    };
  }),

  leaking(
    "results of rejected promises, kept",
    { space: "heap", type: "Error", allocatingFunction: "tryAndKeep", retainingName: "failures", countPerCall: 1 },
    () => {
      const failures: unknown[] = [];
      return {
        fn: async function tryAndKeep() {
          await Promise.reject(new Error("refused")).catch((error: unknown) => failures.push(error));
        },
      };
    },
  ),
  clean("results of rejected promises, counted", () => {
    let failures = 0;
    return {
      fn: async function tryAndCount() {
        const results = await Promise.allSettled([Promise.reject(new Error("refused")), Promise.resolve(1)]);
        failures += results.length;
        return failures;
      },
    };
  }),
];
