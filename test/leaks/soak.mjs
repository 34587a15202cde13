// The whole corpus through findLeaks, again and again: a verdict that is wrong once in 200 rounds is wrong.
//   node test/leaks/soak.mjs [--rounds 200] [--minutes 60] [--busy] [--theme objects] [--case "part of a name"] [--evidence] [--quick]
//     [--record]
// A process judges a few themes, one after the other, so that each has the debris of others around it and yet a small heap. `--busy` keeps another core at work meanwhile. `--evidence` looks at groups, sites
// and paths too, whose faults are told and recorded apart. `--quick` leaves out the slow cases. `--minutes` begins no process after that time. `--record` adds to soak-record.json
// and goes on where it ends, so that rounds add up. Prints each wrong verdict with its case, and exits with code 1 if there
// was one. Build first: npm run build.
import { execFileSync, spawn } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { record, totalOf } from "./soak-record.mjs";

/** The number of themes is no multiple of it: which share a process changes with the round. */
const THEMES_IN_A_PROCESS = 4;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    minutes: { type: "string", default: "1000000" },
    busy: { type: "boolean", default: false },
    theme: { type: "string" },
    case: { type: "string" },
    evidence: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
  },
});
const [rounds, minutes] = ["rounds", "minutes"].map((name) => {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 1)
    throw new RangeError(`--${name} ${values[name]}: a whole number above 0`);
  return number;
});
if (values.record && (values.theme ?? values.case ?? (values.quick || undefined)) !== undefined) {
  throw new RangeError("--record is for whole rounds: without --theme, --case and --quick");
}

const here = (name) => path.join(import.meta.dirname, name);
// In a process of its own: TypeScript's compiler is several times as large as all else.
const index = execFileSync(process.execPath, [here("emit-corpus.mjs")], { encoding: "utf8" }).trim();
const themes = Object.keys((await import(index)).corpus).filter(
  (theme) => values.theme === undefined || theme === values.theme,
);
if (themes.length === 0) throw new RangeError(`--theme ${values.theme}: there is none of that name`);

const circumstances = {
  commit: commitHere(),
  node: process.versions.node,
  busy: values.busy,
  evidence: values.evidence,
};
const busy = values.busy ? new Worker("let n = 1; for (;;) n = (n * 31 + 7) % 1000003;", { eval: true }) : null;
const began = performance.now();
/** How often each case was wrong. */
const wrong = {};
let judged = 0;

// On from where the record ends.
const first = values.record ? totalOf(circumstances).themes : 0;
const end = first + rounds * themes.length;
for (let at = first; at < end && performance.now() - began < minutes * 60_000; ) {
  const many = Math.min(THEMES_IN_A_PROCESS, end - at);
  const some = Array.from({ length: many }, (_, index) => themes[(at + index) % themes.length]);
  const lines = await judgeApart(some);
  at += many;
  const found = { themes: many, verdicts: lines.length, wrong: {}, wrongEvidence: {}, load: os.loadavg()[0] };
  for (const { name, verdict, evidence } of lines) {
    if (verdict !== null) found.wrong[name] = (found.wrong[name] ?? 0) + 1;
    if (evidence.length > 0) found.wrongEvidence[name] = (found.wrongEvidence[name] ?? 0) + 1;
  }
  for (const [name, times] of Object.entries(found.wrong)) wrong[name] = (wrong[name] ?? 0) + times;
  judged += lines.length;
  found.cpuSeconds = Math.round(lines.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1000);
  const { verdicts, cpuSeconds } = found;
  console.log(`${some.join(", ")}: ${verdicts} verdicts in ${cpuSeconds} s of the processor`);
  if (!values.record) continue;
  record(circumstances, found);
  const total = totalOf(circumstances);
  const done = (total.themes / themes.length).toFixed(1);
  console.log(`recorded: ${done} rounds, ${total.verdicts} verdicts, ${total.wrong} wrong`);
}

console.log(
  `${judged} verdicts on Node ${process.versions.node} in ${((performance.now() - began) / 1000).toFixed(0)} s`,
);
if (judged === 0 && first < end) throw new RangeError("no case is called that");
for (const [name, times] of Object.entries(wrong)) console.log(`✗ ${name}: wrong ${times} times`);
await busy?.terminate();
process.exit(Object.keys(wrong).length > 0 ? 1 : 0);

/** The commit's short name, with a plus where something else than the record is changed. */
function commitHere() {
  const git = (...args) => execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--untracked-files=no", "--", ":/", ":!soak-record.json");
  return `${git("rev-parse", "--short", "HEAD")}${changed === "" ? "" : "+"}`;
}

/** A line for each case: its name, what is wrong, and the processor's time. */
function judgeApart(some) {
  const args = [here("soak-themes.mjs"), "--index", index, "--themes", some.join(",")];
  if (values.case !== undefined) args.push("--case", values.case);
  if (values.evidence) args.push("--evidence");
  if (values.quick) args.push("--quick");
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const lines = [];
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop();
      for (const part of parts) {
        const line = JSON.parse(part);
        lines.push(line);
        if (line.verdict !== null) console.log(`✗ ${line.name}: ${line.verdict}`);
        for (const complaint of line.evidence) console.log(`✗ evidence of ${line.name}: ${complaint}`);
      }
    });
    child.on("close", (status, signal) => {
      if (status !== 0) {
        const complaint = `the process of ${some.join(", ")} ended with ${signal ?? status}`;
        console.log(`✗ ${complaint}`);
        lines.push({ name: complaint, verdict: complaint, evidence: [], cpuMs: 0 });
      }
      resolve(lines);
    });
  });
}
