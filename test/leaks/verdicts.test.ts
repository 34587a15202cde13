// Every function of the corpus through findLeaks: the verdict is its label, and the evidence is what its source says.
import { describe, expect, it } from "vitest";
import { findLeaks } from "../../core/src/leaks/find-leaks.js";
import type { LeakReport } from "../../core/src/leaks/types.js";
import { corpus, isAbout, type LeakCase } from "./corpus/index.js";
import { wrongEvidence, wrongVerdict } from "./corpus/judge.js";
import { OPEN_EVIDENCE, OPEN_EVIDENCE_ON, OPEN_VERDICTS } from "./open-cases.js";

/**
 * The whole corpus takes some ten minutes: `MEMSPEC_CORPUS=all`. Without it, each theme's first leaking and first clean case,
 * and every SAMPLED-th of the rest.
 */
const ALL = process.env["MEMSPEC_CORPUS"] === "all";
const SAMPLED = 7;

function sample(cases: readonly LeakCase[]): readonly LeakCase[] {
  if (ALL) return cases;
  const firsts = [true, false].map((leaks) => cases.find((entry) => entry.leaks === leaks && entry.slow !== true));
  return cases.filter((entry, index) => firsts.includes(entry) || (index % SAMPLED === 0 && entry.slow !== true));
}

const major = Number(process.versions.node.split(".")[0]);

/** One check of each case: its evidence is that of its verdict. */
const reports = new Map<LeakCase, Promise<LeakReport>>();

function judged(entry: LeakCase): Promise<LeakReport> {
  const report = reports.get(entry) ?? judge(entry);
  reports.set(entry, report);
  return report;
}

async function judge(entry: LeakCase): Promise<LeakReport> {
  const { fn, setup, teardown, dispose } = entry.make();
  try {
    return await findLeaks(fn, { timeout: 90_000, ...(setup && { setup }), ...(teardown && { teardown }) });
  } finally {
    await dispose();
  }
}

it("every case that is open is one of the corpus", () => {
  const names = Object.values(corpus).flatMap((cases) => cases.map(({ name }) => name));
  const onSome = Object.values(OPEN_EVIDENCE_ON).flatMap((cases) => Object.keys(cases));
  expect(names).toEqual(expect.arrayContaining([...OPEN_VERDICTS, ...Object.keys(OPEN_EVIDENCE), ...onSome]));
});

describe.each(Object.entries(corpus))("%s", (_theme, cases) => {
  const here = sample(cases.filter((entry) => isAbout(entry, major)));

  it.each(here.filter(({ name }) => !OPEN_VERDICTS.includes(name)))("the verdict is right: $name", async (entry) => {
    expect(wrongVerdict(entry, await judged(entry))).toBeNull();
  });

  const open = [...OPEN_VERDICTS, ...Object.keys({ ...OPEN_EVIDENCE, ...OPEN_EVIDENCE_ON[major] })];
  const evident = here.filter(({ name, leaks }) => leaks && !open.includes(name));
  it.each(evident)("the evidence is right: $name", async (entry) => {
    expect(wrongEvidence(entry, await judged(entry))).toEqual([]);
  });
});
