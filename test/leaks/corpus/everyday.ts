// What people test: servers and their clients, files, threads, processes. A call runs much of Node's own code, and may take long.
import { execFile } from "node:child_process";
import { createHash, generateKeyPairSync, scryptSync, sign, verify } from "node:crypto";
import { once } from "node:events";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile, unlink, writeFile } from "node:fs/promises";
import { Agent, createServer, get, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { connect, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { createGzip } from "node:zlib";
import { clean, type LeakCase, leaking } from "./case.js";

const LOCAL = "127.0.0.1";

async function listening(server: Pick<Server, "listen" | "once" | "address">): Promise<number> {
  server.listen(0, LOCAL);
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as AddressInfo).port;
}

/** A server that begins with the first question for its address. */
function serving(answer: RequestListener) {
  const server = createServer(answer);
  let port: Promise<number> | undefined;
  return {
    async url(): Promise<string> {
      port ??= listening(server);
      return `http://${LOCAL}:${await port}`;
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function usersServer() {
  const users = Array.from({ length: 20 }, (_, id) => ({ id, name: `user ${id}` }));
  return serving((_request, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify(users));
  });
}

function requestBy(agent: Agent, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => response.resume().on("end", resolve)).on("error", reject);
  });
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** An API of two routes; `onOrder` is told what was ordered. */
function shop(onOrder: (order: { item: string; amount: number }) => void) {
  return serving(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://shop");
    const route = /^\/(?<name>orders|items)(?:\/(?<id>\d+))?$/u.exec(pathname)?.groups;
    const respond = (status: number, body: object) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (route?.["name"] === "items") return respond(200, { id: Number(route["id"]), page: searchParams.get("page") });
    if (route?.["name"] !== "orders" || request.method !== "POST") return respond(404, { error: "no such route" });
    const order = (await bodyOf(request)) as { item: string; amount: number };
    onOrder(order);
    return respond(201, { ...order, total: order.amount * 3 });
  });
}

async function orderTwo(url: string): Promise<number> {
  await (await fetch(`${url}/items/7?page=2`)).json();
  const response = await fetch(`${url}/orders`, { method: "POST", body: JSON.stringify({ item: "cup", amount: 2 }) });
  return ((await response.json()) as { total: number }).total;
}

function temporary(bytes: number) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "memspec-everyday-"));
  const file = path.join(folder, "lines");
  const line = "2024-05-01 12:00:00 INFO user=17 the order was packed\n";
  writeFileSync(file, line.repeat(Math.ceil(bytes / line.length)));
  return { folder, file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A thread that adds numbers up, and the calls that wait for it. */
function adder() {
  const source =
    "const { parentPort } = require('node:worker_threads'); parentPort.on('message', ({ id, numbers }) => parentPort.postMessage({ id, sum: numbers.reduce((a, b) => a + b, 0) }))";
  const worker = new Worker(source, { eval: true });
  const waiting = new Map<number, (sum: number) => void>();
  let last = 0;
  worker.on("message", ({ id, sum }: { id: number; sum: number }) => waiting.get(id)?.(sum));
  return {
    waiting,
    add(numbers: readonly number[], forget: boolean): Promise<number> {
      last++;
      const id = last;
      return new Promise((resolve) => {
        waiting.set(id, function onSum(sum) {
          if (forget) waiting.delete(id);
          resolve(sum);
        });
        worker.postMessage({ id, numbers });
      });
    },
    end: () => worker.terminate(),
  };
}

const NUMBERS = Array.from({ length: 1000 }, (_, index) => index);

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new Error("aborted"));
    });
  });
}

/** The first that is done of a task and its deadline; the other is aborted. */
async function withinTime(ms: number): Promise<string> {
  const controller = new AbortController();
  const task = pause(0, controller.signal).then(() => "done");
  const deadline = pause(ms, controller.signal).then(() => "late");
  deadline.catch(() => undefined);
  try {
    return await Promise.race([task, deadline]);
  } finally {
    controller.abort();
  }
}

export const everyday: readonly LeakCase[] = [
  leaking(
    "what was fetched, kept",
    { space: "heap", type: "Visit", allocatingFunction: "fetchAndKeep", retainingName: "visits", countPerCall: 1 },
    () => {
      class Visit {
        readonly at = Date.now();
      }
      const site = usersServer();
      const visits: Visit[] = [];
      return {
        setup: site.url,
        fn: async function fetchAndKeep() {
          visits.push(new Visit());
          return (await fetch(await site.url())).json();
        },
        dispose: site.close,
      };
    },
    { slow: true },
  ),
  clean(
    "a fetch of JSON by a kept connection",
    () => {
      const site = usersServer();
      return {
        setup: site.url,
        fn: async function fetchUsers() {
          const response = await fetch(await site.url());
          return ((await response.json()) as unknown[]).length;
        },
        dispose: site.close,
      };
    },
    { slow: true },
  ),
  clean(
    "a hundred requests by an agent that keeps its connections",
    () => {
      const site = usersServer();
      const agent = new Agent({ keepAlive: true, maxSockets: 10 });
      return {
        setup: site.url,
        fn: async function requestHundred() {
          const url = await site.url();
          await Promise.all(Array.from({ length: 100 }, () => requestBy(agent, url)));
        },
        dispose: async () => {
          agent.destroy();
          await site.close();
        },
      };
    },
    { slow: true },
  ),
  clean(
    "a server of its own for each call",
    () => ({
      fn: async function serveOnce() {
        const server = createServer((_request, response) => response.end("ok"));
        const port = await listening(server);
        await requestBy(new Agent(), `http://${LOCAL}:${port}/`);
        await new Promise((resolve) => server.close(resolve));
      },
    }),
    { slow: true },
  ),

  leaking(
    "orders of an API, logged for ever",
    { space: "heap", type: "Object", allocatingFunction: "bodyOf", retainingName: "log", countPerCall: 1 },
    () => {
      const log: object[] = [];
      const api = shop((order) => log.push(order));
      return {
        setup: api.url,
        fn: async function order() {
          return orderTwo(await api.url());
        },
        dispose: api.close,
      };
    },
    { slow: true },
  ),
  clean(
    "orders of an API, counted",
    () => {
      let orders = 0;
      const api = shop(() => orders++);
      return {
        setup: api.url,
        fn: async function orderCounted() {
          return (await orderTwo(await api.url())) + orders;
        },
        dispose: api.close,
      };
    },
    { slow: true },
  ),
  clean(
    "requests of a session of HTTP/2",
    () => {
      const server = createHttp2Server((_request, response) => response.end("ok"));
      let session: ReturnType<typeof connect> | undefined;
      return {
        setup: async () => {
          session ??= connect(`http://${LOCAL}:${await listening(server as unknown as Server)}`);
        },
        fn: async function requestByHttp2() {
          const request = session?.request({ ":path": "/" });
          request?.resume().end();
          if (request !== undefined) await once(request, "close");
        },
        dispose: async () => {
          session?.destroy();
          await new Promise((resolve) => server.close(resolve));
        },
      };
    },
    { slow: true },
  ),

  leaking(
    "a file through gzip into a hash, which is kept",
    { space: "heap", type: "Hash", allocatingFunction: "packAndKeep", retainingName: "hashes", countPerCall: 1 },
    () => {
      const { file, remove } = temporary(2_000_000);
      const hashes: object[] = [];
      return {
        fn: async function packAndKeep() {
          const hash = createHash("sha256");
          hashes.push(hash);
          await pipeline(createReadStream(file), createGzip(), hash);
        },
        dispose: remove,
      };
    },
    { slow: true },
  ),
  clean(
    "a file through gzip into a hash",
    () => {
      const { file, remove } = temporary(2_000_000);
      return {
        fn: async function pack() {
          const hash = createHash("sha256");
          await pipeline(createReadStream(file), createGzip(), hash);
          return hash.read()?.toString("hex");
        },
        dispose: remove,
      };
    },
    { slow: true },
  ),
  clean(
    "the lines of a file",
    () => {
      const { file, remove } = temporary(200_000);
      return {
        fn: async function readLines() {
          let words = 0;
          for await (const line of createInterface({ input: createReadStream(file) })) words += line.split(" ").length;
          return words;
        },
        dispose: remove,
      };
    },
    { slow: true },
  ),
  clean("a file that is written, read and removed", () => {
    const { folder, remove } = temporary(0);
    let files = 0;
    return {
      fn: async function useFile() {
        files++;
        const file = path.join(folder, `order-${files}.json`);
        await writeFile(file, JSON.stringify({ files }));
        const text = await readFile(file, "utf8");
        await unlink(file);
        return text.length;
      },
      dispose: remove,
    };
  }),

  leaking(
    "questions to a thread that are not forgotten",
    { space: "heap", type: "closure onSum", allocatingFunction: "add", retainingName: "waiting", countPerCall: 1 },
    () => {
      const pool = adder();
      return { fn: () => pool.add(NUMBERS, false), dispose: pool.end };
    },
    { slow: true },
  ),
  clean(
    "questions to a thread",
    () => {
      const pool = adder();
      return { fn: () => pool.add(NUMBERS, true), dispose: pool.end };
    },
    { slow: true },
  ),
  clean(
    "a program that is run for what it prints",
    () => {
      const run = promisify(execFile);
      return {
        fn: async function runProgram() {
          return (await run(process.execPath, ["--version"])).stdout.length;
        },
      };
    },
    { slow: true },
  ),

  leaking(
    "listeners to the signal of the whole program",
    {
      space: "heap",
      type: "closure onShutdown",
      allocatingFunction: "runUntilShutdown",
      retainingName: "shutdown",
      countPerCall: 1,
    },
    () => {
      const shutdown = new AbortController();
      return {
        fn: async function runUntilShutdown() {
          shutdown.signal.addEventListener("abort", function onShutdown() {});
          return withinTime(1000);
        },
      };
    },
    { slow: true },
  ),
  clean(
    "tasks with a deadline",
    () => ({
      fn: async function runWithinTime() {
        return withinTime(1000);
      },
    }),
    { slow: true },
  ),
  clean(
    "passwords and signatures",
    () => {
      const { privateKey, publicKey } = generateKeyPairSync("ed25519");
      const text = Buffer.from("an order");
      return {
        fn: function checkPassword() {
          const key = scryptSync("password", "salt", 32);
          return key.length + Number(verify(null, text, publicKey, sign(null, text, privateKey)));
        },
      };
    },
    { slow: true },
  ),
];
