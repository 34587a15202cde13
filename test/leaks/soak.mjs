// The whole corpus through findLeaks, again and again in one process: a verdict that is wrong once in 200 rounds is wrong.
//   node test/leaks/soak.mjs [--rounds 200] [--busy] [--theme objects] [--case "part of a name"] [--evidence] [--quick]
// `--busy` keeps another core at work meanwhile. `--evidence` looks at groups, sites and paths too. `--quick` leaves out the
// slow cases. Prints each wrong verdict with its case, and exits with code 1 if there was one. Build first: npm run build.
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { emitCorpus } from "./emit-corpus.mjs";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    busy: { type: "boolean", default: false },
    theme: { type: "string" },
    case: { type: "string" },
    evidence: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`--rounds ${values.rounds}: a whole number above 0`);

const index = emitCorpus();
const { corpus, isAbout } = await import(index);
const { wrongEvidence, wrongVerdict } = await import(new URL("judge.js", index).href);
const { findLeaks } = await import("../../core/dist/esm/index.js");

const major = Number(process.versions.node.split(".")[0]);
const cases = Object.entries(corpus).flatMap(([theme, entries]) =>
  entries
    .filter((entry) => isAbout(entry, major))
    .filter(() => values.theme === undefined || theme === values.theme)
    .filter((entry) => values.case === undefined || entry.name.includes(values.case))
    .filter((entry) => !values.quick || entry.slow === undefined)
    .map((entry) => ({ theme, entry })),
);
if (cases.length === 0) throw new RangeError("no case is called that");

const busy = values.busy ? new Worker("let n = 1; for (;;) n = (n * 31 + 7) % 1000003;", { eval: true }) : null;

/** How often each complaint was heard, by case. */
const wrong = new Map();
let judged = 0;
const began = performance.now();

for (let round = 1; round <= rounds; round++) {
  const startedAt = performance.now();
  for (const { theme, entry } of cases) {
    for (const complaint of await complaints(entry)) {
      const name = `${theme}: ${entry.name}`;
      wrong.set(name, (wrong.get(name) ?? 0) + 1);
      console.log(`✗ round ${round}, ${name}: ${complaint}`);
    }
    judged++;
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const heap = (process.memoryUsage().heapUsed / 1e6).toFixed(1);
  console.log(
    `round ${round} of ${rounds}: ${cases.length} cases in ${seconds} s, ${wrong.size} wrong so far, heap ${heap} MB`,
  );
}

console.log(
  `${judged} verdicts on Node ${process.versions.node} in ${((performance.now() - began) / 1000).toFixed(0)} s`,
);
for (const [name, times] of wrong) console.log(`✗ ${name}: wrong ${times} times in ${rounds} rounds`);
await busy?.terminate();
process.exit(wrong.size > 0 ? 1 : 0);

async function complaints(entry) {
  const { fn, setup, teardown, dispose } = entry.make();
  try {
    const report = await findLeaks(fn, { timeout: 90_000, ...(setup && { setup }), ...(teardown && { teardown }) });
    const verdict = wrongVerdict(entry, report);
    return [...(verdict === null ? [] : [verdict]), ...(values.evidence ? wrongEvidence(entry, report) : [])];
  } catch (error) {
    return [`throws ${error.stack}`];
  } finally {
    await dispose();
  }
}
