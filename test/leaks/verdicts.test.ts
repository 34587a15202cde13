// Every function of the corpus through findLeaks: the verdict is its label, and the evidence is what its source says.
import { afterEach, describe, expect, it } from "vitest";
import { findLeaks } from "../../core/src/leaks/find-leaks.js";
import { corpus, isAbout, type LeakCase, type Trial } from "./corpus/index.js";
import { wrongEvidence, wrongVerdict } from "./corpus/judge.js";

const major = Number(process.versions.node.split(".")[0]);

let trial: Trial | undefined;

afterEach(async () => {
  await trial?.dispose();
  trial = undefined;
});

async function judged(entry: LeakCase) {
  trial = entry.make();
  const { fn, setup, teardown } = trial;
  return findLeaks(fn, { timeout: 90_000, ...(setup && { setup }), ...(teardown && { teardown }) });
}

describe.each(Object.entries(corpus))("%s", (_theme, cases) => {
  const here = cases.filter((entry) => isAbout(entry, major));

  it.each(here.filter(({ leaks }) => leaks))("leaks: $name", async (entry) => {
    const report = await judged(entry);
    expect(wrongVerdict(entry, report)).toBeNull();
    expect(wrongEvidence(entry, report)).toEqual([]);
  });

  it.each(here.filter(({ leaks }) => !leaks))("is clean: $name", async (entry) => {
    expect(wrongVerdict(entry, await judged(entry))).toBeNull();
  });
});
