// Are the corpus' labels true? Each case is called thousands of times, and what the process then holds is read as crudely
// as can be: counters of the process after forced collections. Nothing of memspec is in it.
//   node test/leaks/truth.mjs [--node <binary>]... [--theme objects] [--case "part of a name"] [--budget 600] [--all]
// Exit code 1 when a label is not true, or a case throws. Minutes long, and so in no suite: run it when a case is new.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const BATCHES = 5;
/** Calls before the first reading: past the latest plateau in the corpus. */
const WARMUP = 600;
/** A trial of the corpus stands this many calls a batch; a theme of handles fewer, for a process has 20,000 of them or less. */
const MOST_CALLS = 8000;
const MOST_OF_THEME = { handles: 200, workers: 200, webassembly: 400, native: 40_000 };
/** What the counters themselves wobble by, over all batches. */
const NOISE_BYTES = { heap: 60_000, buffers: 60_000, outside: 2_000_000 };
/** Less than this a call is no leak: the smallest in the corpus that the heap shows is 8 B. */
const LEAST_BYTES = { heap: 3, buffers: 3, outside: 12 };

const { values } = parseArgs({
  options: {
    node: { type: "string", multiple: true },
    theme: { type: "string" },
    case: { type: "string" },
    budget: { type: "string", default: "600" },
    all: { type: "boolean", default: false },
    measure: { type: "string" },
    index: { type: "string" },
  },
});
const budgetMs = Number(values.budget);

if (values.measure === undefined) await runAll();
else await measureTheme(values.measure);

/** A process for each theme and Node, two at a time; for each case, where what one frees would serve the next. */
async function runAll() {
  const { emitCorpus } = await import("./emit-corpus.mjs");
  const index = emitCorpus();
  const { corpus } = await import(index);
  const jobs = (values.node ?? [process.execPath]).flatMap((node) =>
    Object.keys(corpus)
      .filter((theme) => values.theme === undefined || theme === values.theme)
      .flatMap((theme) => {
        const names = theme === "native" ? corpus[theme].map(({ name }) => name) : [undefined];
        return names.map((name) => ({ node, theme, name }));
      })
      .filter(({ name }) => name === undefined || name.includes(values.case ?? "")),
  );
  let wrong = 0;
  let judged = 0;
  const work = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const lines = await measureApart(job, index);
      judged += lines.length;
      for (const line of lines) {
        if (line.wrong !== "") wrong++;
        if (line.wrong !== "" || values.all) console.log(format(job, line));
      }
    }
  };
  await Promise.all([work(), work()]);
  console.log(`${judged - wrong} labels are true, ${wrong} are not`);
  process.exitCode = wrong > 0 || judged === 0 ? 1 : 0;
}

function measureApart({ node, theme, name = values.case }, index) {
  const args = ["--expose-gc", "--no-compilation-cache", "--no-warnings", fileURLToPath(import.meta.url)];
  args.push("--measure", theme, "--index", index, "--budget", values.budget);
  if (name !== undefined) args.push("--case", name);
  return new Promise((resolve) => {
    const child = spawn(node, args, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    child.on("close", (status, signal) => {
      const lines = text
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line));
      if (status !== 0) lines.push({ name: "(the process)", wrong: `ended with ${signal ?? status}`, major: "?" });
      resolve(lines);
    });
  });
}

function format({ theme }, { major, name, wrong, calls, perCall }) {
  const figures = Object.entries(perCall ?? {}).map(([counter, value]) => `${counter} ${value.toFixed(2)}`);
  return `${wrong === "" ? "✓" : "✗"} Node ${major} ${theme}: ${name}: ${wrong || "true"} (${calls} calls; a call: ${figures.join(", ")})`;
}

async function measureTheme(theme) {
  const { corpus, isAbout } = await import(values.index);
  const major = Number(process.versions.node.split(".")[0]);
  // A message port without a listener does not keep a process alive.
  setInterval(() => undefined, 60_000);
  // The first measurement of a process pays for what V8 and Node set up once.
  await measure(
    { make: () => ({ fn: async () => new Promise((resolve) => setImmediate(resolve)), dispose() {} }) },
    500,
  );
  for (const entry of corpus[theme]) {
    if (!isAbout(entry, major)) continue;
    if (values.case !== undefined && !entry.name.includes(values.case)) continue;
    const line = { major, name: entry.name, wrong: "", calls: 0 };
    try {
      // What was paid once is not paid twice: a label is wrong that is wrong again.
      for (let attempt = 0; attempt < 2 && (attempt === 0 || line.wrong !== ""); attempt++) {
        const measured = await measure(entry, MOST_OF_THEME[theme] ?? MOST_CALLS);
        Object.assign(line, measured, { wrong: complaint(entry, measured) });
      }
    } catch (error) {
      line.wrong = `throws ${error.stack}`;
    }
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
  process.exit(0);
}

async function measure(entry, mostCalls) {
  const trial = entry.make();
  const batch = async (calls) => {
    await trial.setup?.();
    const started = performance.now();
    for (let i = 0; i < calls; i++) {
      const result = trial.fn();
      if (typeof result?.then === "function") await result;
    }
    await trial.teardown?.();
    return performance.now() - started;
  };
  const first = (await batch(5)) / 5;
  const warmup = Math.max(10, Math.min(WARMUP, Math.floor(budgetMs / first)));
  const perCallMs = (await batch(warmup)) / warmup;
  const calls = Math.max(5, Math.min(mostCalls, Math.floor(budgetMs / BATCHES / Math.max(perCallMs, 1e-6))));
  await batch(calls);
  const readings = [await read()];
  // A case whose calls get slower with what it keeps is stopped early.
  for (let spentMs = 0; readings.length <= BATCHES && (readings.length <= 2 || spentMs < 3 * budgetMs); ) {
    spentMs += await batch(calls);
    // Also because tables of weak collections are as large as the most entries between two collections.
    readings.push(await read());
  }
  await trial.dispose();
  for (let i = 0; i < 3; i++) await collect();
  const total = calls * (readings.length - 1);
  const rises = {};
  const perCall = {};
  for (const counter of Object.keys(readings[0])) {
    rises[counter] = readings.slice(1).map((reading, at) => reading[counter] - readings[at][counter]);
    perCall[counter] = sum(rises[counter]) / total;
  }
  return { calls: total, rises, perCall };
}

function sum(list) {
  return list.reduce((total, value) => total + value, 0);
}

async function collect() {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 2));
  globalThis.gc();
}

async function read() {
  for (let i = 0; i < 4; i++) await collect();
  const { heapUsed, heapTotal, arrayBuffers } = process.memoryUsage();
  const status = readFileSync("/proc/self/status", "utf8");
  return {
    heap: heapUsed,
    buffers: arrayBuffers,
    // What the process may write to and is not V8's heap: malloc's memory, WebAssembly's, buffers' again.
    outside: 1024 * Number(/VmData:\s+(\d+)/u.exec(status)?.[1]) - heapTotal,
    handles: readdirSync("/proc/self/fd").length + process.getActiveResourcesInfo().length,
  };
}

/** What is wrong with the label; "" when it is true. */
function complaint({ leaks, expected }, { calls, rises }) {
  const least = (counter) =>
    counter === "handles" ? calls / 10 : Math.max(NOISE_BYTES[counter], calls * LEAST_BYTES[counter]);
  const grew = (counter) => sum(rises[counter]) > least(counter);
  if (!leaks) {
    // What grows once (an arena of malloc, a table) is no leak: what leaks rises again and again.
    const isSteady = (counter) => {
      const share = least(counter) / rises[counter].length / 2;
      return rises[counter].filter((rise) => rise > share).length >= rises[counter].length - 1;
    };
    const counters = ["heap", "buffers", "outside", "handles"].filter((counter) => grew(counter) && isSteady(counter));
    return counters.length === 0 ? "" : `said to be clean, but ${counters.join(" and ")} grew`;
  }
  // What a timer or a listener is made of is on the heap too; off-heap memory shows in the process's figures alone.
  const where = { heap: ["heap"], handles: ["handles", "heap"], native: ["outside"] }[expected.space] ?? [
    "buffers",
    "outside",
  ];
  return where.some(grew) ? "" : `said to leak, but ${where.join(" and ")} did not grow`;
}
