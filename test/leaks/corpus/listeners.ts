import { channel } from "node:diagnostics_channel";
import { EventEmitter, on } from "node:events";
import { clean, type LeakCase, leaking } from "./case.js";

function emitter(): EventEmitter {
  return new EventEmitter().setMaxListeners(0);
}

const diagnostics = channel("memspec:corpus");

export const listeners: readonly LeakCase[] = [
  leaking(
    "listeners on a long-lived emitter",
    { space: "heap", type: "closure onTick", allocatingFunction: "listen", retainingName: "bus", countPerCall: 1 },
    () => {
      const bus = emitter();
      return {
        fn: function listen() {
          bus.on("tick", function onTick() {});
        },
      };
    },
  ),
  clean("listeners on a long-lived emitter, removed", () => {
    const bus = emitter();
    return {
      fn: function listenShortly() {
        function onTick() {}
        bus.on("tick", onTick);
        bus.emit("tick");
        bus.off("tick", onTick);
      },
    };
  }),

  leaking(
    "listeners for one time that never comes",
    { space: "heap", type: "closure onReady", allocatingFunction: "awaitReady", retainingName: "server" },
    () => {
      const server = emitter();
      return {
        fn: function awaitReady() {
          server.once("ready", function onReady() {});
        },
      };
    },
  ),
  clean("listeners for one time that comes", () => {
    const server = emitter();
    return {
      fn: function awaitReadyAndGo() {
        server.once("ready", function onReady() {});
        server.emit("ready");
      },
    };
  }),

  leaking(
    "the same listener, added to an emitter again and again",
    { space: "heap", type: null, allocatingFunction: "listenAgain", retainingName: "hub", minBytesPerCall: 8 },
    () => {
      const hub = emitter();
      const onData = () => undefined;
      return {
        fn: function listenAgain() {
          hub.on("data", onData);
        },
      };
    },
    { reason: "an emitter calls a listener as often as it was added: its list grows, by no new object" },
  ),
  clean(
    "the same listener, added to an EventTarget again and again",
    () => {
      const target = new EventTarget();
      const onData = () => undefined;
      return {
        fn: function listenToTargetAgain() {
          target.addEventListener("data", onData);
        },
      };
    },
    { reason: "an EventTarget has a listener once, however often it is added" },
  ),

  leaking(
    "listeners on a long-lived EventTarget",
    {
      space: "heap",
      type: "closure onChange",
      allocatingFunction: "observe",
      retainingName: "model",
      countPerCall: 1,
    },
    () => {
      const model = new EventTarget();
      return {
        fn: function observe() {
          model.addEventListener("change", function onChange() {});
        },
      };
    },
  ),
  clean("listeners on a long-lived EventTarget, removed", () => {
    const model = new EventTarget();
    return {
      fn: function observeShortly() {
        function onChange() {}
        model.addEventListener("change", onChange);
        model.removeEventListener("change", onChange);
      },
    };
  }),

  leaking(
    "listeners on a long-lived AbortSignal",
    { space: "heap", type: "closure onAbort", allocatingFunction: "request", retainingName: "shutdown" },
    () => {
      const shutdown = new AbortController();
      return {
        fn: function request() {
          shutdown.signal.addEventListener("abort", function onAbort() {});
        },
      };
    },
  ),
  clean("listeners on a long-lived AbortSignal, removed when the work is done", () => {
    const shutdown = new AbortController();
    return {
      fn: async function requestAndFinish() {
        function onAbort() {}
        shutdown.signal.addEventListener("abort", onAbort, { once: true });
        await undefined;
        shutdown.signal.removeEventListener("abort", onAbort);
      },
    };
  }),

  leaking(
    "AbortSignal.any with a long-lived source",
    { space: "heap", type: "WeakRef", allocatingFunction: "combine", retainingName: "program" },
    () => {
      const program = new AbortController();
      return {
        fn: function combine() {
          return AbortSignal.any([program.signal, new AbortController().signal]).aborted;
        },
      };
    },
    { nodes: [20, 22], reason: "Node's own: its references to the dependent signals stay" },
  ),
  clean("AbortSignal.any with sources of the call", () => ({
    fn: function combineFresh() {
      return AbortSignal.any([new AbortController().signal, new AbortController().signal]).aborted;
    },
  })),
  clean(
    "AbortSignal.any with a long-lived source, on a Node that forgets it",
    () => {
      const program = new AbortController();
      return {
        fn: function combineAndForget() {
          return AbortSignal.any([program.signal, new AbortController().signal]).aborted;
        },
      };
    },
    { nodes: [24, 26] },
  ),

  leaking(
    "signals with a timeout that somebody listens to",
    {
      space: "heap",
      type: "AbortSignal",
      allocatingFunction: "fetchWithTimeout",
      retainingName: null,
      countPerCall: 1,
    },
    () => ({
      fn: function fetchWithTimeout() {
        AbortSignal.timeout(120_000).addEventListener("abort", function onTimeout() {});
      },
    }),
    { keepsForEver: true, reason: "Node keeps a signal with a listener until its time is over, in two minutes" },
  ),
  clean("signals with a timeout that nobody listens to", () => ({
    fn: function fetchWithUnusedTimeout() {
      return AbortSignal.timeout(120_000).aborted;
    },
  })),

  leaking(
    "listeners on the process",
    { space: "heap", type: "closure onWarning", allocatingFunction: "watchProcess", retainingName: "process" },
    () => {
      const most = process.getMaxListeners();
      const before = new Set(process.listeners("warning"));
      process.setMaxListeners(0);
      return {
        fn: function watchProcess() {
          process.on("warning", function onWarning() {});
        },
        dispose: () => {
          for (const listener of process.listeners("warning")) {
            if (!before.has(listener)) process.off("warning", listener);
          }
          process.setMaxListeners(most);
        },
      };
    },
  ),
  clean("listeners on the process, removed", () => ({
    fn: function watchProcessShortly() {
      function onWarning() {}
      process.on("warning", onWarning);
      process.off("warning", onWarning);
    },
  })),

  leaking(
    "subscribers of a diagnostics channel",
    {
      space: "heap",
      type: "closure onMessage",
      allocatingFunction: "trace",
      retainingName: "diagnostics",
      countPerCall: 1,
    },
    () => {
      const traced: ((message: unknown) => void)[] = [];
      return {
        fn: function trace() {
          const onMessage = () => undefined;
          traced.push(onMessage);
          diagnostics.subscribe(onMessage);
        },
        dispose: () => {
          for (const listener of traced) diagnostics.unsubscribe(listener);
        },
      };
    },
  ),
  clean("subscribers of a diagnostics channel, unsubscribed", () => ({
    fn: function traceShortly() {
      const onMessage = () => undefined;
      diagnostics.subscribe(onMessage);
      diagnostics.publish({});
      diagnostics.unsubscribe(onMessage);
    },
  })),

  leaking(
    "an iterator over events that is never returned",
    {
      space: "heap",
      type: "closure eventHandler",
      allocatingFunction: "follow",
      retainingName: "feed",
      countPerCall: 1,
    },
    () => {
      const feed = emitter();
      return {
        fn: function follow() {
          on(feed, "item");
        },
      };
    },
  ),
  clean("an iterator over events that is returned", () => {
    const feed = emitter();
    return {
      fn: async function followShortly() {
        const items = on(feed, "item");
        feed.emit("item", 1);
        await items.next();
        await items.return?.();
      },
    };
  }),

  leaking(
    "children that a long-lived parent forwards to",
    { space: "heap", type: "EventEmitter", allocatingFunction: "addChild", retainingName: "parent", countPerCall: 1 },
    () => {
      const parent = emitter();
      return {
        fn: function addChild() {
          const child = new EventEmitter();
          parent.on("close", () => child.emit("close"));
        },
      };
    },
  ),
  clean("children that forward to a long-lived parent", () => {
    const parent = emitter();
    return {
      fn: function addForwardingChild() {
        const child = new EventEmitter();
        child.on("close", () => parent.emit("close"));
        child.emit("close");
      },
    };
  }),
];
