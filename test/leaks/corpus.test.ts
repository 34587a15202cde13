// The corpus itself: what its labels and expectations say is what its source says. test/leaks/truth.mjs shows that the labels are true.
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { corpus, isAbout } from "./corpus/index.js";

const major = Number(process.versions.node.split(".")[0]);
const all = Object.entries(corpus).flatMap(([theme, cases]) => cases.map((entry) => ({ theme, entry })));
const here = all.filter(({ entry }) => isAbout(entry, major));

function sourceOf(theme: string): string {
  return readFileSync(path.join(import.meta.dirname, "corpus", `${theme}.ts`), "utf8");
}

it("has at least sixty leaking and sixty clean functions on this Node", () => {
  expect(here.filter(({ entry }) => entry.leaks).length).toBeGreaterThanOrEqual(60);
  expect(here.filter(({ entry }) => !entry.leaks).length).toBeGreaterThanOrEqual(60);
});

it("names each case once", () => {
  const names = all.map(({ entry }) => entry.name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

it.each(Object.keys(corpus))("%s: each leaking function has a clean one beside it", (theme) => {
  const cases = corpus[theme] ?? [];
  const leaking = cases.filter(({ leaks }) => leaks).length;
  expect(leaking).toBeGreaterThan(0);
  expect(cases.length - leaking).toBeGreaterThanOrEqual(leaking);
});

it.each(all.filter(({ entry }) => entry.leaks))(
  "$theme: $entry.name: what is expected stands in the source",
  ({ theme, entry: { expected } }) => {
    const source = sourceOf(theme);
    expect(expected).toBeDefined();
    // As a function or a method, not as a word in a sentence.
    expect(source).toMatch(new RegExp(`(?:function |\\s)${expected?.allocatingFunction}\\(`, "u"));
    const name = expected?.retainingName ?? null;
    const declared = name?.startsWith("#")
      ? `${name}: `
      : `(?:(?:const|let|class|readonly) ${name}\\b|\\.${name}\\b|\\b${name}[.:])`;
    if (name !== null) expect(source).toMatch(new RegExp(declared, "u"));
  },
);

describe("a trial", () => {
  it.each(here.filter(({ entry }) => entry.slow === undefined))(
    "$theme: $entry.name: is called, disposed of, and made again",
    async ({ entry }) => {
      for (let round = 0; round < 2; round++) {
        const trial = entry.make();
        await trial.setup?.();
        for (let call = 0; call < 5; call++) await trial.fn();
        await trial.teardown?.();
        await trial.dispose();
      }
    },
  );
});
