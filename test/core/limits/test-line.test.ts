import vm from "node:vm";
import { expect, onTestFinished, test } from "vitest";
import type { StackHolder } from "../../../core/src/limits/call-site.js";
import { lineOfStack } from "../../../core/src/limits/test-line.js";

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
