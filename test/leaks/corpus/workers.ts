import { spawn } from "node:child_process";
import { once } from "node:events";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { clean, type LeakCase, leaking } from "./case.js";

/** Threads that wait to be told to go. */
const IDLE = "require('node:worker_threads').parentPort.once('message', () => process.exit())";

export const workers: readonly LeakCase[] = [
  leaking(
    "message channels that are not closed",
    {
      space: "handles",
      type: "MessagePort",
      allocatingFunction: "openChannel",
      retainingName: "channels",
      countPerCall: 2,
    },
    () => {
      const channels: MessageChannel[] = [];
      return {
        fn: function openChannel() {
          channels.push(new MessageChannel());
        },
        dispose: () => {
          for (const { port1 } of channels) port1.close();
        },
      };
    },
  ),
  clean("message channels that are closed", () => ({
    fn: async function openAndCloseChannel() {
      const { port1, port2 } = new MessageChannel();
      const closed = once(port2, "close");
      port1.close();
      await closed;
    },
  })),

  leaking(
    "broadcast channels that are not closed",
    {
      space: "handles",
      type: "BroadcastChannel",
      allocatingFunction: "tuneIn",
      retainingName: "stations",
      countPerCall: 1,
    },
    () => {
      const stations: BroadcastChannel[] = [];
      return {
        fn: function tuneIn() {
          const station = new BroadcastChannel("memspec corpus");
          (station as unknown as { unref(): void }).unref();
          stations.push(station);
        },
        dispose: () => {
          for (const station of stations) station.close();
        },
      };
    },
  ),
  clean("broadcast channels that are closed", () => ({
    fn: async function tuneInShortly() {
      new BroadcastChannel("memspec corpus").close();
      await new Promise((resolve) => setImmediate(resolve));
    },
  })),

  leaking(
    "messages that nobody receives",
    { space: "native", type: null, allocatingFunction: "send", retainingName: null, minBytesPerCall: 10_000 },
    () => {
      const { port1, port2 } = new MessageChannel();
      const text = "x".repeat(10_000);
      return {
        fn: function send() {
          port1.postMessage(text);
        },
        dispose: () => {
          port1.close();
          return port2;
        },
      };
    },
  ),
  clean("messages that are received", () => {
    const { port1, port2 } = new MessageChannel();
    const text = "x".repeat(10_000);
    return {
      fn: function sendAndReceive() {
        port1.postMessage(text);
        return receiveMessageOnPort(port2)?.message.length;
      },
      dispose: () => port1.close(),
    };
  }),

  leaking(
    "listeners on a long-lived port",
    { space: "heap", type: "closure onReply", allocatingFunction: "ask", retainingName: "port", countPerCall: 1 },
    () => {
      const { port1: port } = new MessageChannel();
      port.setMaxListeners(0);
      return {
        fn: function ask() {
          port.on("message", function onReply() {});
        },
        dispose: () => port.close(),
      };
    },
  ),
  clean("listeners on a long-lived port, removed", () => {
    const { port1: port } = new MessageChannel();
    return {
      fn: function askShortly() {
        function onReply() {}
        port.on("message", onReply);
        port.off("message", onReply);
      },
      dispose: () => port.close(),
    };
  }),

  leaking(
    "clones of a structure, kept",
    { space: "heap", type: "Object", allocatingFunction: "cloneState", retainingName: "history" },
    () => {
      const history: object[] = [];
      const state = { users: [{ id: 1 }, { id: 2 }] };
      return {
        fn: function cloneState() {
          history.push(structuredClone(state));
        },
      };
    },
  ),
  clean("clones of a structure, dropped", () => {
    const state = { users: [{ id: 1 }, { id: 2 }] };
    return {
      fn: function cloneStateShortly() {
        return structuredClone(state).users.length;
      },
    };
  }),

  leaking(
    "ports that a long-lived port was sent and that wait there",
    { space: "handles", type: "MessagePort", allocatingFunction: "handOver", retainingName: "mine", countPerCall: 1 },
    () => {
      const { port1, port2 } = new MessageChannel();
      const mine: MessagePort[] = [];
      return {
        fn: function handOver() {
          const { port1: kept, port2: sent } = new MessageChannel();
          port1.postMessage(sent, [sent]);
          mine.push(kept);
        },
        dispose: () => {
          for (const port of mine) port.close();
          port2.close();
        },
      };
    },
  ),
  clean("ports that a long-lived port was sent and that are closed there", () => {
    const { port1, port2 } = new MessageChannel();
    return {
      fn: async function handOverAndClose() {
        const { port1: kept, port2: sent } = new MessageChannel();
        const closed = once(kept, "close");
        port1.postMessage(sent, [sent]);
        const received: MessagePort | undefined = receiveMessageOnPort(port2)?.message;
        received?.close();
        await closed;
      },
      dispose: () => port1.close(),
    };
  }),

  leaking(
    "threads that are never ended",
    { space: "handles", type: "Worker", allocatingFunction: "startWorker", retainingName: "threads", countPerCall: 1 },
    () => {
      const threads: Worker[] = [];
      return {
        fn: async function startWorker() {
          const worker = new Worker(IDLE, { eval: true });
          threads.push(worker);
          await once(worker, "online");
        },
        dispose: async () => {
          await Promise.all(threads.map((worker) => worker.terminate()));
        },
      };
    },
    { slow: true },
  ),
  clean(
    "threads that are ended",
    () => ({
      fn: async function startAndEndWorker() {
        const worker = new Worker(IDLE, { eval: true });
        await once(worker, "online");
        await worker.terminate();
      },
    }),
    { slow: true, latePlateau: true, reason: "a thread leaves 1 to 5 kB in Node's tables for the first tens of calls" },
  ),
  clean(
    "child processes that have ended",
    () => ({
      fn: async function runChild() {
        await once(spawn("true", { stdio: "ignore" }), "close");
      },
    }),
    {
      slow: true,
      latePlateau: true,
      reason: "a process leaves 1 to 5 kB in Node's tables for the first tens of calls",
    },
  ),
];
