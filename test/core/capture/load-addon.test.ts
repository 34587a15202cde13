import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { checkedBinding } from "../../../core/src/capture/load-addon.js";
import { VERSION } from "../../../core/src/capture/version.js";

const require = createRequire(import.meta.url);

const FUNCTIONS = [
  "arm disarm open begin end call own read collect quiesce retained instances instanceIds close latestScript sourceMapUrl",
  "observeBegin observeMark observeLimitedBody observeTest observeEnd",
  "leakBegin leakBoundary leakCall leakRecordStacks leakWatchDescriptors leakOpenedDescriptors leakStartOver leakRead leakEnd",
  "recordingFacts recordingStart recordingStop recordingIsOpen packerOpen packerAdd",
  "takeGraph graphSummary graphGroups graphPaths biggestBuffer objectId storeBytes closeGraph analyzeSnapshotFile diffSnapshotFiles",
].flatMap((names) => names.split(" "));

function addon(version: string): Record<string, unknown> {
  const functions = FUNCTIONS.map((name) => [name, () => undefined]);
  return { ...Object.fromEntries(functions), capabilities: () => ({ version }) };
}

function mismatch(candidate: unknown): unknown {
  try {
    checkedBinding(candidate);
  } catch (error) {
    return error;
  }
  return undefined;
}

test("the version that the addon must have is that of the packages", () => {
  for (const name of ["core", "native"]) {
    expect((require(`../../../${name}/package.json`) as { version: string }).version).toBe(VERSION);
  }
});

test("an addon of the same version with every function is taken as it is", () => {
  const candidate = addon(VERSION);
  expect(checkedBinding(candidate)).toBe(candidate);
});

test("an addon of another version is refused by both versions", () => {
  expect(mismatch(addon("0.0.1"))).toMatchObject({
    code: "MEMSPEC_ADDON_MISMATCH",
    value: "0.0.1",
    message: expect.stringContaining(`@memspec/native is version 0.0.1, @memspec/core is ${VERSION}`) as string,
  });
});

test.each(FUNCTIONS)("an addon without %s is refused by its name", (name) => {
  expect(mismatch({ ...addon(VERSION), [name]: undefined })).toMatchObject({
    code: "MEMSPEC_ADDON_MISMATCH",
    message: expect.stringContaining(`lacks ${name}`) as string,
  });
});

test.each([undefined, null, {}, 1, "addon"])("%s is no addon", (candidate) => {
  expect(mismatch(candidate)).toMatchObject({ code: "MEMSPEC_ADDON_MISMATCH" });
});
