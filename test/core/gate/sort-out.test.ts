import { expect, test } from "vitest";
import type { FileGate } from "../../../core/src/gate/options.js";
import { signatureOf } from "../../../core/src/gate/signature.js";
import { sortLeaks } from "../../../core/src/gate/sort-out.js";
import { sessionGroup } from "./groups.js";

const group = sessionGroup("/p");
const signature = signatureOf(group, "/p");
const gate: FileGate = {
  ...{ mode: "file", failOnLeak: true, ignore: [], known: [] },
  ...{ root: "/p", file: "/p/a.test.ts" },
};
const sorted = (given: Partial<FileGate>) => sortLeaks([group], { ...gate, ...given }, "2030-01-31");

test("a leak that nobody knows counts, with its signature", () => {
  expect(sorted({})).toEqual({ groups: [{ ...group, signature }], ignored: [], notes: [] });
});

test("what is ignored is told with the reason", () => {
  const { groups, ignored } = sorted({ ignore: [{ type: "Session", reason: "a pool" }] });
  expect(groups).toEqual([]);
  expect(ignored).toEqual([{ group: { ...group, signature }, reason: "a pool" }]);
});

test("a file is meant by a part of its path, also where the way to the leak leads through it", () => {
  expect(sorted({ ignore: [{ file: "src/registry", reason: "x" }] }).ignored).toHaveLength(1);
  expect(sorted({ ignore: [{ file: /src\/regis/gu, reason: "x" }] }).ignored).toHaveLength(1);
  expect(sorted({ ignore: [{ file: "src/other", reason: "x" }] }).ignored).toHaveLength(0);
});

test("what is known does not count until its day has passed, and then it is said", () => {
  const known = (until: string) => sorted({ known: [{ signature, reason: "issue 12", until }] });
  expect(known("2030-01-31")).toMatchObject({ groups: [], ignored: [{ reason: "known until 2030-01-31: issue 12" }] });
  const past = known("2030-01-30");
  expect(past.groups).toHaveLength(1);
  expect(past.notes).toEqual([
    `${signature} was known until 2030-01-30 (issue 12): that day has passed, so it counts again.`,
  ]);
});
