/** The failures that the pages show are what the code prints. */

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { currentTracker } from "../../../core/src/capture/current-tracker.js";

// A process for each page, and settled collections, on a machine that is busy.
vi.setConfig({ testTimeout: 120_000 });

const FIXTURES = path.join(import.meta.dirname, "fixtures/pages");
const DOCS = path.join(import.meta.dirname, "../../../docs");

const PAGES = [
  ["matchers/toAllocateLessThan.md", "toAllocateLessThan"],
  ["matchers/toAllocateNothing.md", "toAllocateNothing"],
  ["matchers/toPeakBelow.md", "toPeakBelow"],
  ["matchers/toRetainLessThan.md", "toRetainLessThan"],
  ["matchers/toRetainInstances.md", "toRetainInstances"],
  ["matchers/toBeCollected.md", "toBeCollected"],
  ["matchers/toNotLeak.md", "toNotLeak"],
  ["matchers/toMatchMemoryBaseline.md", "toMatchMemoryBaseline"],
  ["limits.md", "limits"],
] as const;

const FAILURE = /<!-- failure -->\n+```text\n([\s\S]*?)\n?```/u;

function failureOf(example: string): string {
  const file = example === "toMatchMemoryBaseline" ? "baseline-example.mjs" : "examples.mjs";
  return execFileSync(process.execPath, [path.join(FIXTURES, file), example], { encoding: "utf8" });
}

/** What differs between versions of Node and of V8: how many frames lie around, and what those between are called. */
function normalised(text: string): string {
  return (
    text
      .split("\n")
      .filter((line) => !/^ +(?:in |Incomplete: )/u.test(line))
      .join("\n")
      .replaceAll(/\d+ frames? of [^\n]*/gu, "… frames")
      // How many calls a leak check makes depends on how fast they are.
      .replaceAll(/[\d,]+ B of heap|[\d,]+ calls|×[\d,]+ \([^)]*\)|\[\d+\]/gu, "…")
      .replaceAll(/\n{3,}/gu, "\n\n")
      .trim()
  );
}

/** How a page is made anew: `PAGES=write npx vitest run --project core test/core/matchers/pages`. */
function writePage(file: string, printed: string): void {
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    text.replace(FAILURE, () => `<!-- failure -->\n\n\`\`\`text\n${printed}\n\`\`\``),
  );
}

const { tracker } = currentTracker().capabilities({
  sampleInterval: 1,
  threads: "isolate",
  retained: false,
  settle: false,
});

describe.skipIf(tracker !== "native")("the failure on the page", () => {
  test.each(PAGES)("%s is what the code prints", (page, example) => {
    const file = path.join(DOCS, page);
    const printed = failureOf(example);
    if (process.env["PAGES"] === "write") writePage(file, printed);
    expect(normalised(FAILURE.exec(readFileSync(file, "utf8"))?.[1] ?? "")).toBe(normalised(printed));
  });
});
