// A program that does everything that has ever upset a memory tracker, in rounds, and prints a digest of what it computed.
// The digests do not depend on the number of rounds, so a tracked run must print what an untracked one prints.
//
//   node --allow-natives-syntax torture.mjs SECONDS [ADDON [SECOND_ADDON]]
//
// ADDON: memspec's binary; every allocation is captured (interval 1) from the first line to the last.
// SECOND_ADDON: any other addon, loaded and used while the hooks are in place.
import { execFileSync, spawn } from "node:child_process";
import { createHash, pbkdf2Sync, randomBytes, scryptSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import vm from "node:vm";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import zlib from "node:zlib";

const [, script, secondsText = "10", addonPath, secondAddonPath] = isMainThread ? process.argv : workerData.argv;
const seconds = Number(secondsText);
const require = createRequire(import.meta.url);

const digest = (value) =>
  createHash("sha256")
    .update(typeof value === "string" ? value : JSON.stringify(value))
    .digest("hex")
    .slice(0, 16);

function garbage() {
  let kept = [];
  let sum = 0;
  for (let i = 0; i < 60_000; i++) {
    const node = { i, text: `n${i}`, next: kept[i % 97] ?? null };
    kept[i % 97] = node;
    sum = (sum + node.text.length + (node.next ? node.next.i : 0)) | 0;
  }
  kept = null;
  globalThis.gc?.();
  return sum;
}

// Compiled again and again, optimised, then broken by another shape.
function deoptimise() {
  const source = `(function f${Math.floor(Math.random() * 1e9)}(o) { return o.a + o.b; })`;
  const add = vm.runInThisContext(source);
  let sum = 0;
  for (let i = 0; i < 20_000; i++) sum = (sum + add({ a: i, b: 1 })) | 0;
  sum += add({ b: 2, a: 0.5 });
  sum += add({ a: "x", b: "y" }).length;
  for (let i = 0; i < 5000; i++) sum = (sum + add({ c: 0, a: i, b: 2 })) | 0;
  return sum;
}

function regexps() {
  const text = "The quick brown fox: a1b22c333 — ΑΒΓ äöü 𝒳𝒴 ".repeat(40);
  return [
    text.match(/\p{Lu}/gu)?.length,
    text.match(/[äöüß]/giu)?.length,
    text.replace(/(?<l>[a-z])(?<d>\d+)/g, "$<d>$<l>").length,
    /(a+)+$/.test("aaaaaaaaaaaaaaaaaa!"),
    text.split(/\b/).length,
  ];
}

function webAssembly() {
  // (module (memory (export "m") 1 100) (func (export "f") (param i32) (result i32) local.get 0 i32.const 2 i32.mul))
  const bytes = Uint8Array.from([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 5, 4, 1, 1, 1, 100, 7, 9, 2, 1, 109, 2, 0, 1,
    102, 0, 0, 10, 9, 1, 7, 0, 32, 0, 65, 2, 108, 11,
  ]);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  instance.exports.m.grow(3);
  new Uint8Array(instance.exports.m.buffer)[70_000] = 7;
  return [instance.exports.f(21), instance.exports.m.buffer.byteLength];
}

function buffers() {
  const resizable = new ArrayBuffer(1000, { maxByteLength: 1 << 20 });
  resizable.resize(500_000);
  resizable.resize(100);
  const shared = new SharedArrayBuffer(4096);
  const copy = structuredClone(new Uint8Array(10_000).fill(3));
  const moved = structuredClone(copy, { transfer: [copy.buffer] });
  return [resizable.byteLength, shared.byteLength, moved.length, Buffer.from("ä".repeat(20_000)).length];
}

function native() {
  const input = readFileSync(script ?? import.meta.filename);
  const packed = zlib.gzipSync(input, { level: 9 });
  const brotli = zlib.brotliCompressSync(input, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } });
  randomBytes(1000);
  return [
    digest(zlib.gunzipSync(packed).toString()),
    digest(zlib.brotliDecompressSync(brotli).toString()),
    pbkdf2Sync("a", "b", 500, 32, "sha256").toString("hex"),
    scryptSync("a", "b", 16, { N: 256 }).toString("hex"),
    new Intl.NumberFormat("de").format(1234567.5),
  ];
}

function contexts() {
  const context = vm.createContext({ out: 0 });
  vm.runInContext("let a = []; for (let i = 0; i < 2000; i++) a.push({ i }); out = a.length;", context);
  return context.out;
}

function parsing() {
  const rows = Array.from({ length: 3000 }, (_, i) => ({ id: i, tags: ["a", "b", `t${i % 7}`], nested: { x: i / 3 } }));
  const text = JSON.stringify(rows);
  return [text.length, JSON.parse(text).reduce((sum, row) => sum + row.tags.length, 0)];
}

function otherAddon() {
  if (!secondAddonPath) return "none";
  const other = require(secondAddonPath);
  return typeof other;
}

async function asynchronous() {
  const gzip = (data) => new Promise((resolve, reject) => zlib.gzip(data, (e, d) => (e ? reject(e) : resolve(d))));
  const packed = await Promise.all(Array.from({ length: 8 }, (_, i) => gzip(Buffer.alloc(50_000, i))));
  async function* count() {
    for (let i = 0; i < 50; i++) yield i;
  }
  let sum = 0;
  for await (const i of count()) sum += i;
  return [packed.length, sum];
}

const inWorker = { garbage, deoptimise, regexps, webAssembly, buffers, native, contexts, parsing };

function worker(kill) {
  return new Promise((resolve, reject) => {
    const started = new Worker(import.meta.filename, { workerData: { argv: process.argv, kill } });
    let said = "";
    started.on("message", (text) => (said = text));
    started.on("error", reject);
    started.on("exit", () => resolve(kill ? "ended" : said));
    if (kill) setTimeout(() => started.terminate(), 20 + Math.random() * 30);
  });
}

function child() {
  return new Promise((resolve, reject) => {
    const started = spawn(process.execPath, ["-e", "process.stdout.write(String(6 * 7))"]);
    let said = "";
    started.stdout.on("data", (data) => (said += data));
    started.on("error", reject);
    started.on("close", () => resolve([said, execFileSync("/bin/echo", ["hello"]).toString().trim()]));
  });
}

// A measurement a round: opening and closing is part of what must survive, and memory stays bounded.
const memspec = addonPath ? require(addonPath) : undefined;
memspec?.arm();
let sites = 0;
let allocatedBytes = 0;
const truncated = {};

function begin() {
  if (!memspec) return undefined;
  const handle = memspec.open({ sampleInterval: 1, threads: "isolate", retained: false, settle: false });
  memspec.begin(handle);
  return handle;
}

function end(handle) {
  if (!memspec) return;
  memspec.end(handle);
  const figures = memspec.read(handle);
  memspec.close(handle);
  sites += figures.sites.length;
  allocatedBytes += figures.total.allocatedBytes;
  for (const [what, count] of Object.entries(figures.truncated)) truncated[what] = (truncated[what] ?? 0) + count;
}

if (!isMainThread) {
  const results = {};
  do {
    const handle = begin();
    for (const [name, work] of Object.entries(inWorker)) results[name] = work();
    end(handle);
  } while (workerData.kill);
  parentPort.postMessage(digest(results));
} else {
  const first = {};
  const until = Date.now() + seconds * 1000;
  let rounds = 0;
  do {
    const handle = begin();
    const results = {};
    for (const [name, work] of Object.entries({ ...inWorker, otherAddon })) results[name] = digest([work()]);
    results.asynchronous = digest(await asynchronous());
    results.workers = digest(await Promise.all([worker(false), worker(true), worker(false), worker(true)]));
    results.child = digest(await child());
    for (const [name, value] of Object.entries(results)) {
      first[name] ??= value;
      if (first[name] !== value) throw new Error(`${name} gave ${value} in round ${rounds}, ${first[name]} before`);
    }
    end(handle);
    rounds++;
  } while (Date.now() < until);
  if (memspec) {
    const megabytes = Math.round(allocatedBytes / 1e6);
    console.error(`${rounds} rounds, ${sites} sites, ${megabytes} MB, truncated ${JSON.stringify(truncated)}`);
  }
  for (const [name, value] of Object.entries(first)) console.log(name, value);
}
