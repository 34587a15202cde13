// Every function of the corpus through findLeaks: the verdict is its label, and the evidence is what its source says.
import { describe, expect, it } from "vitest";
import { findLeaks } from "../../core/src/leaks/find-leaks.js";
import type { LeakReport } from "../../core/src/leaks/types.js";
import { corpus, isAbout, type LeakCase } from "./corpus/index.js";
import { wrongEvidence, wrongVerdict } from "./corpus/judge.js";

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

describe.each(Object.entries(corpus))("%s", (_theme, cases) => {
  const here = cases.filter((entry) => isAbout(entry, major));

  it.each(here)("the verdict is right: $name", async (entry) => {
    expect(wrongVerdict(entry, await judged(entry))).toBeNull();
  });

  it.each(here.filter(({ leaks }) => leaks))("the evidence is right: $name", async (entry) => {
    expect(wrongEvidence(entry, await judged(entry))).toEqual([]);
  });
});
