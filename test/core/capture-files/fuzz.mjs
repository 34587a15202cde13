// Fuzzes the reader of captures: node test/core/capture-files/fuzz.mjs [--seconds 60] [--seed 1]
// A round that throws, takes longer than ten seconds, or lets the process grow beyond the reader's limit ends it with 1, and names the seed.
import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { rolldown } from "rolldown";

const HANG_MS = 10_000;
/** Tables of the reader (3 GiB) are far more than these small files can fill: a round that needs a tenth of it is wrong. */
const LIMIT_BYTES = 400 * 2 ** 20;

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, seed: { type: "string", default: "1" } },
});
const seconds = Number(values.seconds);
const firstSeed = Number(values.seed);
if (!(seconds > 0) || !Number.isSafeInteger(firstSeed)) {
  process.stderr.write("fuzz: --seconds and --seed are numbers\n");
  process.exit(2);
}

// Within the repository: the reader finds its packages from there.
const cache = fileURLToPath(new URL("../../../.cache", import.meta.url));
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(path.join(cache, "fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const script = path.join(folder, "child.mjs");
const bundle = await rolldown({
  input: fileURLToPath(new URL("./harness/fuzz-child.ts", import.meta.url)),
  platform: "node",
});
await bundle.write({ file: script, format: "esm" });
await bundle.close();

const child = fork(script, [path.join(folder, "capture.memspec"), String(firstSeed)]);
let seed = firstSeed;
let highest = 0;
let ended = false;
let alarm = setTimeout(() => {}, 0);

const end = (problem) => {
  if (ended) return;
  ended = true;
  clearTimeout(alarm);
  child.kill("SIGKILL");
  const rounds = seed - firstSeed;
  process.stdout.write(`${rounds} rounds, at most ${Math.round(highest / 2 ** 20)} MiB\n`);
  if (problem !== null) process.stderr.write(`fuzz: seed ${seed}: ${problem}\n`);
  process.exitCode = problem === null ? 0 : 1;
};
const watch = () => {
  clearTimeout(alarm);
  alarm = setTimeout(() => end("no answer within ten seconds"), HANG_MS);
};

watch();
child.on("message", (message) => {
  watch();
  seed = message.seed;
  highest = Math.max(highest, message.rssBytes);
  if (message.rssBytes > LIMIT_BYTES) end(`${message.rssBytes} bytes of memory`);
});
child.on("exit", (code, signal) => end(`the process ended with ${code ?? signal}`));
setTimeout(() => end(null), seconds * 1000);
