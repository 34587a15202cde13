// What soaks have found so far: one entry for each commit, Node and circumstances, with all its processes added up. A round is each theme once.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

const file = path.join(import.meta.dirname, "soak-record.json");

function read() {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

const isOf = (entry, { node, busy, evidence }) =>
  entry.node === node && entry.busy === busy && entry.evidence === evidence;

/** A process more. `load`: the machine's, over the last minute. */
export function record(circumstances, { themes, verdicts, wrong, wrongEvidence, cpuSeconds, load }) {
  const entries = read();
  const date = new Date().toISOString().slice(0, 10);
  let entry = entries.find(
    (one) => one.date === date && one.commit === circumstances.commit && isOf(one, circumstances),
  );
  if (entry === undefined) {
    entry = {
      date,
      ...circumstances,
      themes: 0,
      verdicts: 0,
      cpuSeconds: 0,
      leastLoad: load,
      mostLoad: load,
      wrong: {},
      wrongEvidence: {},
    };
    entries.push(entry);
  }
  entry.themes += themes;
  entry.verdicts += verdicts;
  entry.cpuSeconds += cpuSeconds;
  entry.leastLoad = Number(Math.min(entry.leastLoad, load).toFixed(1));
  entry.mostLoad = Number(Math.max(entry.mostLoad, load).toFixed(1));
  for (const [name, times] of Object.entries(wrong)) entry.wrong[name] = (entry.wrong[name] ?? 0) + times;
  for (const [name, times] of Object.entries(wrongEvidence)) {
    entry.wrongEvidence[name] = (entry.wrongEvidence[name] ?? 0) + times;
  }
  // Whole or not at all.
  writeFileSync(`${file}.new`, `${JSON.stringify(entries, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** Over all commits and days. */
export function totalOf(circumstances) {
  const entries = read().filter((entry) => isOf(entry, circumstances));
  const sum = (part) => entries.reduce((total, entry) => total + part(entry), 0);
  return {
    themes: sum((entry) => entry.themes),
    verdicts: sum(({ verdicts }) => verdicts),
    wrong: sum(({ wrong }) => Object.values(wrong).reduce((total, times) => total + times, 0)),
  };
}
