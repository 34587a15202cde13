// A process of the soak: a few themes of the corpus, case after case. Prints a line of JSON for each.
import { parseArgs } from "node:util";
import { findLeaks } from "../../core/dist/esm/index.js";

const { values } = parseArgs({
  options: {
    index: { type: "string" },
    themes: { type: "string" },
    case: { type: "string" },
    evidence: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
  },
});
const { corpus, isAbout } = await import(values.index);
const { wrongEvidence, wrongVerdict } = await import(new URL("judge.js", values.index).href);
const major = Number(process.versions.node.split(".")[0]);

for (const theme of values.themes.split(",")) {
  for (const entry of corpus[theme]) {
    if (!isAbout(entry, major) || (values.quick && entry.slow !== undefined)) continue;
    if (values.case !== undefined && !entry.name.includes(values.case)) continue;
    const before = process.cpuUsage();
    const found = await judge(entry);
    const { user, system } = process.cpuUsage(before);
    const line = { name: `${theme}: ${entry.name}`, ...found, cpuMs: (user + system) / 1000 };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}
process.exit(0);

async function judge(entry) {
  const { fn, setup, teardown, dispose } = entry.make();
  try {
    const report = await findLeaks(fn, { timeout: 90_000, ...(setup && { setup }), ...(teardown && { teardown }) });
    const verdict = wrongVerdict(entry, report);
    return { verdict, evidence: values.evidence ? wrongEvidence(entry, report) : [] };
  } catch (error) {
    return { verdict: `throws ${error.stack}`, evidence: [] };
  } finally {
    await dispose();
  }
}
