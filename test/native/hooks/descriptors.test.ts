// Where descriptors are opened that stay open, and that open() does what it does without the hook.
import { closeSync, mkdtempSync, openSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { NativeBinding } from "../../../core/src/capture/binding.js";
import { load } from "../../../native/index.cjs";

const binding = load().binding as NativeBinding;
let folder = "";
let descriptors: number[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "memspec-fd-"));
  binding.leakBegin(false);
});

afterEach(() => {
  for (const descriptor of descriptors) closeSync(descriptor);
  descriptors = [];
  binding.leakEnd();
  rmSync(folder, { recursive: true, force: true });
});

function openOnce(): number {
  return openSync(folder, "r");
}

/** Functions of the program, by how many descriptors they left open. */
function places(): readonly (readonly [string, number])[] {
  return binding.leakOpenedDescriptors().map(({ frames, count }) => {
    const own = frames.find(({ url, kind }) => kind === "javascript" && !url.startsWith("node:"));
    return [own?.functionName ?? "", count];
  });
}

test("those that are open, by the place that opened them; none that was closed, or opened before", () => {
  descriptors.push(openOnce());
  binding.leakWatchDescriptors();
  for (let at = 0; at < 5; at += 1) descriptors.push(openOnce());
  for (let at = 0; at < 3; at += 1) closeSync(openOnce());
  expect(places()).toEqual([["openOnce", 5]]);
});

test("a number that is given out again belongs to who has it now", () => {
  function openAgain(): number {
    return openSync(folder, "r");
  }
  binding.leakWatchDescriptors();
  const first = openOnce();
  closeSync(first);
  const again = openAgain();
  descriptors.push(again);
  expect(again).toBe(first);
  expect(places()).toEqual([["openAgain", 1]]);
});

test("what other threads open has no place", async () => {
  binding.leakWatchDescriptors();
  const handle = await open(folder);
  expect(places()).toEqual([]);
  await handle.close();
});

test("the mode of a new file, and the error of a missing one, are the program's", () => {
  binding.leakWatchDescriptors();
  const before = process.umask(0o022);
  const file = path.join(folder, "new");
  descriptors.push(openSync(file, "w", 0o765));
  process.umask(before);
  expect(statSync(file).mode & 0o777).toBe(0o745);
  expect(() => openSync(path.join(folder, "missing"), "r")).toThrow(expect.objectContaining({ code: "ENOENT" }));
});

test("nothing is told of a check that watches none", () => {
  descriptors.push(openOnce());
  expect(binding.leakOpenedDescriptors()).toEqual([]);
});
