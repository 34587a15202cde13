import { expect, test } from "vitest";
import { MemspecError } from "../../../core/src/errors/memspec-error.js";
import type { CallSite } from "../../../core/src/limits/call-site.js";
import { placed } from "../../../core/src/limits/place-error.js";

const own = "    at inner (/p/node_modules/@memspec/core/dist/esm/adapter.js:1:2)";
const runners = "    at outer (/p/node_modules/vitest/dist/index.js:3:4)";
const users = "    at /p/a.test.ts:5:6";
const site: CallSite = { file: "/p/b.test.ts", line: 7, stackLines: ["    at /p/b.test.ts:7:8"] };

function failing(...frames: readonly string[]): MemspecError {
  const error = new MemspecError("MEMSPEC_INVALID_SIZE", "It is wrong.");
  error.stack = [`MemspecError: ${error.message}`, ...frames].join("\n");
  return error;
}

function framesOf(error: unknown): readonly string[] {
  const { stack = "", message } = error as Error;
  expect(stack.startsWith(`MemspecError: ${message}\n`)).toBe(true);
  return stack.split("\n").filter((line) => line.startsWith("    at "));
}

test("an error of memspec's begins at the first frame of the user's, whatever the place it is raised at", () => {
  const error = failing(own, users, runners);
  expect(placed(error, () => site)).toBe(error);
  expect(framesOf(error)).toEqual([users, runners]);
});

test("without a frame of the user's it has the stack of the place it is raised at", () => {
  expect(framesOf(placed(failing(own, runners), () => site))).toEqual(site.stackLines);
});

test("it keeps its stack where that place is unknown too", () => {
  const unknown: CallSite = { file: "", line: 0, stackLines: [runners] };
  expect(framesOf(placed(failing(own, runners), () => unknown))).toEqual([own, runners]);
  expect(framesOf(placed(failing(own, runners)))).toEqual([own, runners]);
});

test("what is not memspec's is left as it is", () => {
  const error = new Error("the user's");
  const { stack } = error;
  expect(placed(error, () => site)).toBe(error);
  expect(error.stack).toBe(stack);
  expect(placed("a string", () => site)).toBe("a string");
});
