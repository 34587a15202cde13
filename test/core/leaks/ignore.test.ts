import { expect, test } from "vitest";
import { sortOut } from "../../../core/src/leaks/ignore.js";
import type { LeakGroup, LeakIgnore } from "../../../core/src/leaks/types.js";

const group: LeakGroup = {
  space: "heap",
  type: "Session",
  countPerCall: 2,
  bytesPerCall: 64,
  retainedBytes: 100,
  site: {
    space: "heap",
    stack: [
      {
        kind: "javascript",
        functionName: "openSession",
        file: "/app/src/session.ts",
        line: 3,
        column: 1,
        lineIsFunction: false,
        inlined: false,
        owner: "user",
      },
    ],
    bytes: 64,
    count: 2,
    estimated: false,
    peakBytes: null,
    retainedBytes: 64,
  },
  place: null,
  path: null,
  holds: [],
  hint: null,
  knownOfNode: null,
};
const nothing = { bytes: 0, instances: 0 };
const isIgnored = (ignore: LeakIgnore) => sortOut([group], { ignore: [ignore], allow: nothing }).ignored.length === 1;
const isAllowed = (allow: Partial<typeof nothing>, of: LeakGroup = group) =>
  sortOut([of], { ignore: [], allow: { ...nothing, ...allow } }).ignored.length === 1;
const reason = "because";

test("a type is a whole name, a file a part of a path, a function any frame's", () => {
  expect(isIgnored({ type: "Session", reason })).toBe(true);
  expect(isIgnored({ type: "Sess", reason })).toBe(false);
  expect(isIgnored({ type: /^Sess/gu, reason })).toBe(true);
  expect(isIgnored({ function: "openSession", reason })).toBe(true);
  expect(isIgnored({ function: "open", reason })).toBe(false);
  expect(isIgnored({ file: "src/session", reason })).toBe(true);
  expect(isIgnored({ file: "src/other", reason })).toBe(false);
  expect(isIgnored({ group: ({ countPerCall }) => countPerCall === 2, reason })).toBe(true);
});

test("the same global expression is tried from the front each time", () => {
  const type = /Session/gu;
  expect([isIgnored({ type, reason }), isIgnored({ type, reason })]).toEqual([true, true]);
});

test("an allowance is inclusive, and what is not given allows nothing", () => {
  expect([99, 100, 101].map((bytes) => isAllowed({ bytes }))).toEqual([false, true, true]);
  expect([1, 2, 3].map((instances) => isAllowed({ instances }))).toEqual([false, true, true]);
  expect(isAllowed({})).toBe(false);
});

test("of two allowances both must hold", () => {
  expect(isAllowed({ bytes: 100, instances: 1 })).toBe(false);
  expect(isAllowed({ bytes: 99, instances: 2 })).toBe(false);
  expect(isAllowed({ bytes: 100, instances: 2 })).toBe(true);
});

test("handles have a number and no bytes", () => {
  const handle: LeakGroup = { ...group, space: "handles", bytesPerCall: null, retainedBytes: null };
  expect(isAllowed({ instances: 2 }, handle)).toBe(true);
  expect(isAllowed({ bytes: 1000 }, handle)).toBe(false);
});
