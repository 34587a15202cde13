import vm from "node:vm";
import { expect, onTestFinished, test } from "vitest";
import type { StackHolder } from "../../../core/src/limits/call-site.js";
import { lineOfStack, userSiteAbove } from "../../../core/src/limits/test-line.js";

type Prepare = NonNullable<typeof Error.prepareStackTrace>;

/** A stack that nobody has read, of a script at this path. */
function stackOf(script: string): StackHolder {
  const holder: StackHolder = {};
  vm.runInNewContext("capture(holder);", { capture: Error.captureStackTrace, holder }, { filename: script });
  return holder;
}

/** Whoever formats stacks, and how many frames it was given each time. */
function formatter(realm: ErrorConstructor, line: number): number[] {
  const formatted: number[] = [];
  const before = realm.prepareStackTrace as Prepare | undefined;
  const whole: Prepare = (_error, sites) => {
    formatted.push(sites.length);
    return sites.map((site) => `    at ${site.getFileName()}:${line}:1`).join("\n");
  };
  realm.prepareStackTrace = whole;
  onTestFinished(() => {
    if (before === undefined) Reflect.deleteProperty(realm, "prepareStackTrace");
    else realm.prepareStackTrace = before;
  });
  return formatted;
}

test("a line that the source maps know is told without anything being formatted", () => {
  const formatted = formatter(Error, 700);
  const asked: unknown[] = [];
  const line = lineOfStack(stackOf("/app/a.test.ts"), Error, (...position) => {
    asked.push(position);
    return 42;
  });
  expect(line).toBe(42);
  expect(asked).toEqual([["/app/a.test.ts", 1, 1]]);
  expect(formatted).toEqual([]);
});

test("where they do not know it, whoever formats stacks is asked for the one frame", () => {
  const formatted = formatter(Error, 7);
  expect(lineOfStack(stackOf("/app/a.test.ts"), Error, () => 0)).toBe(7);
  expect(formatted).toEqual([1]);
});

test("a sandbox without a formatter of its own has the main realm's, and none afterwards", () => {
  const sandbox = vm.runInNewContext("Error") as ErrorConstructor;
  const formatted = formatter(Error, 7);
  const holder = vm.runInNewContext("new Error()", { Error: sandbox }, { filename: "/app/a.test.ts" }) as StackHolder;
  expect(lineOfStack(holder, sandbox, () => 42)).toBe(42);
  expect(formatted).toEqual([]);
  expect(Object.hasOwn(sandbox, "prepareStackTrace")).toBe(false);
});

test("a stack that is to stay whole is read as it is", () => {
  const formatted = formatter(Error, 7);
  const holder = stackOf("/app/a.test.ts");
  expect(lineOfStack(holder, null, () => 42)).toBe(7);
  expect(formatted).toHaveLength(1);
  expect(formatted[0]).toBeGreaterThan(1);
});

/** Calls `inner` through so many functions of a package. */
const throughPackageFrom = vm.runInThisContext(
  "(function through(call, frames, inner) { return frames === 0 ? inner() : call(() => through(call, frames - 1, inner)); })",
  { filename: "/project/node_modules/runner/index.js" },
) as (call: unknown, frames: number, inner: () => unknown) => unknown;

test.each([0, 1, 5])("the user's frame is found behind %s calls of a runner", (calls) => {
  const define = vm.runInThisContext("(function define(find) { return find(define); })", {
    filename: "/project/node_modules/runner/index.js",
  }) as (find: (caller: () => unknown) => unknown) => { getFunctionName(): string | null } | undefined;
  const inUsersFile = vm.runInThisContext("(function defines(through, inner) { return through(inner); })", {
    filename: "/project/src/a.test.js",
  }) as (through: (inner: () => unknown) => unknown, inner: () => unknown) => unknown;
  const through = vm.runInThisContext(
    "((throughFrom, calls) => (inner) => throughFrom((next) => next(), calls, inner))",
    { filename: "/project/node_modules/runner/index.js" },
  ) as (from: unknown, calls: number) => (inner: () => unknown) => unknown;
  const plain = vm.runInThisContext("((find, define) => () => define(find))", {
    filename: "/project/node_modules/runner/index.js",
  }) as (find: unknown, define: unknown) => () => unknown;
  const found = inUsersFile(through(throughPackageFrom, calls), plain(userSiteAbove, define));
  expect((found as { getFunctionName(): string | null } | undefined)?.getFunctionName()).toBe("defines");
});
