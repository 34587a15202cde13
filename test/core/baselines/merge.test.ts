import { describe, expect, test } from "vitest";
import { compareFigures } from "../../../core/src/baselines/compare.js";
import { type AskedCall, type MergeFacts, mergeBaselines, type TestEnd } from "../../../core/src/baselines/merge.js";
import type { RecordedFigures } from "../../../core/src/baselines/types.js";
import { buffersAlone, recorded, tests } from "./recorded.js";

const MACHINE = "linux-x64-node20";
const OTHER = "darwin-arm64-node24";
const old = buffersAlone(1000);
const now = buffersAlone(2000);
const TOLERANCE = { relative: 0, absoluteBytes: 0 };

const isNew = (record: RecordedFigures): AskedCall => ({ record, isNew: true, comparison: null });
const changed = (record: RecordedFigures | null, was = old, is = now): AskedCall => ({
  record,
  isNew: false,
  comparison: compareFigures(was, is, TOLERANCE),
});
const passed = (...names: readonly string[]): readonly TestEnd[] => names.map((name) => ({ name, state: "passed" }));

function facts(
  ends: readonly TestEnd[],
  asked: Record<string, Record<string, AskedCall>> = {},
  removes = false,
): MergeFacts {
  return {
    machine: MACHINE,
    tests: ends,
    asked: new Map(Object.entries(asked).map(([name, calls]) => [name, new Map(Object.entries(calls))])),
    removes,
  };
}

describe("what tests recorded", () => {
  test("is added beside what other machines have", () => {
    const merged = mergeBaselines(tests(["a", "body", OTHER, old]), facts(passed("a"), { a: { body: isNew(now) } }));
    expect(merged.tests).toEqual(tests(["a", "body", OTHER, old], ["a", "body", MACHINE, now]));
    expect(merged.news).toMatchObject({ written: 1, updated: 0, removed: 0, obsolete: [] });
  });

  test("takes the place of what this machine had, and of nothing else", () => {
    const before = tests(["a", "#1", OTHER, old], ["a", "#1", MACHINE, old], ["b", "#1", MACHINE, old]);
    const merged = mergeBaselines(
      before,
      facts(passed("a", "b"), { a: { "#1": changed(now) }, b: { "#1": changed(null) } }),
    );
    expect(merged.tests).toEqual(tests(["a", "#1", OTHER, old], ["a", "#1", MACHINE, now], ["b", "#1", MACHINE, old]));
    expect(merged.news).toMatchObject({ written: 0, updated: 1 });
  });

  test.each(["failed", "skipped"] as const)("is dropped of a test that %s", (state) => {
    const before = tests(["a", "body", MACHINE, old]);
    const asked = { a: { body: changed(now), "#1": isNew(now) } };
    const merged = mergeBaselines(before, facts([{ name: "a", state }], asked, true));
    expect(merged.tests).toEqual(before);
    expect(merged.news).toMatchObject({ written: 0, updated: 0, removed: 0, obsolete: [], unknown: [] });
  });
});

describe("an entry that nobody asked for", () => {
  const before = tests(
    ["gone", "body", MACHINE, old],
    ["gone", "body", OTHER, old],
    ["there", "body", MACHINE, old],
    ["there", "#1", MACHINE, old],
    ["only elsewhere", "body", OTHER, old],
  );
  const asked = { there: { body: changed(null, old, old) } };

  test("is told, and stays", () => {
    const merged = mergeBaselines(before, facts(passed("there"), asked));
    expect(merged.tests).toEqual(before);
    expect(merged.news).toMatchObject({ removed: 0, obsolete: ["gone", "there, #1"] });
  });

  test("goes with an update, but not what other machines have", () => {
    const merged = mergeBaselines(before, facts(passed("there"), asked, true));
    expect(merged.tests).toEqual(
      tests(["gone", "body", OTHER, old], ["there", "body", MACHINE, old], ["only elsewhere", "body", OTHER, old]),
    );
    expect(merged.news).toMatchObject({ removed: 2, obsolete: [] });
  });

  test.each(["failed", "skipped"] as const)("is not obsolete when its test %s", (state) => {
    const one = tests(["a", "#2", MACHINE, old]);
    const merged = mergeBaselines(one, facts([{ name: "a", state }], {}, true));
    expect(merged).toMatchObject({ tests: one, news: { removed: 0, obsolete: [] } });
  });
});

test("an improvement is told unless it was taken over, or something else is worse", () => {
  const better = changed(null, now, old);
  const takenOver = changed(old, now, old);
  const mixed = changed(null, recorded({ total: 5, heap: 5, buffers: 0 }), recorded({ total: 5, heap: 0, buffers: 5 }));
  const merged = mergeBaselines(
    tests(),
    facts(passed("a", "b", "c"), { a: { body: better }, b: { body: takenOver }, c: { body: mixed } }),
  );
  expect([...merged.news.improvements.keys()]).toEqual(["a"]);
  expect(merged.news.improvements.get("a")).toMatchObject([
    { call: "body", best: { baselineBytes: 2000, nowBytes: 1000, verdict: "better" } },
  ]);
});

test("a test with a figure that is known on one side alone is named; one that is known on neither is not", () => {
  const one = changed(null, old, recorded({ total: null, heap: 0, buffers: 1000, native: null }));
  const neither = changed(null, recorded({ native: null }), recorded({ native: null }));
  const merged = mergeBaselines(tests(), facts(passed("a", "b"), { a: { body: one }, b: { body: neither } }));
  expect(merged.news.unknown).toEqual(["a"]);
});
