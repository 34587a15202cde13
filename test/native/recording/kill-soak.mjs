// Kills recorded programs at random moments and reads what they left: `node test/native/recording/kill-soak.mjs --rounds 200`.
// Every other file is aggregated. Ends with 1 where a file cannot be read, or is no prefix of what the program did.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const root = path.resolve(import.meta.dirname, "../../..");
const { openCapture } = createRequire(import.meta.url)(path.join(root, "core/dist/cjs/captures.js"));
const { values } = parseArgs({ options: { rounds: { type: "string", default: "200" } } });
const folder = mkdtempSync(path.join(tmpdir(), "memspec-kill-"));
const file = path.join(folder, "killed.memspec");
const LONGEST_MS = 1200;

async function killedAfter(ms, aggregate) {
  const child = spawn(
    process.execPath,
    ["--require", path.join(root, "core/dist/cjs/record.js"), path.join(import.meta.dirname, "fixtures/sequence.cjs")],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        MEMSPEC_RECORD: JSON.stringify({ file, overwrite: true, aggregate, nativeStacks: Math.random() < 0.5 }),
        PROBE_FOLDER: path.join(root, "test/native/probe/build/Release"),
      },
    },
  );
  await new Promise((resolve) => child.stdout.once("data", resolve));
  await new Promise((resolve) => setTimeout(resolve, ms));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

/** How many blocks of the sequence the file has; -1: they are no prefix of it. */
async function sequenceOf(capture) {
  let next = 500_000;
  for await (const one of capture.records()) {
    if (one.type !== "allocation" || one.space !== "native" || one.bytes < 500_000) continue;
    if (one.bytes !== next++) return -1;
  }
  return next - 500_000;
}

let bad = 0;
let blocks = 0;
let cut = 0;
for (let round = 0; round < Number(values.rounds); round++) {
  const aggregate = round % 2 === 1;
  const ms = Math.random() * LONGEST_MS;
  await killedAfter(ms, aggregate);
  try {
    const capture = await openCapture(file);
    const reading = await capture.read({ views: [{ kind: "peak" }, { kind: "leaked" }, { kind: "temporary" }] });
    const found = aggregate ? 0 : await sequenceOf(capture);
    if (reading.damage !== null) cut++;
    if (found < 0 || capture.info.end !== null) throw new Error("no prefix of what the program did");
    blocks += found;
  } catch (error) {
    bad++;
    process.stderr.write(`round ${round}, killed after ${ms} ms, aggregate ${aggregate}: ${error.stack}\n`);
  }
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(
  `${values.rounds} rounds: ${bad} bad; ${cut} files ended within a chunk; ${blocks} blocks read in order\n`,
);
process.exitCode = bad === 0 ? 0 : 1;
