/** The failures that the pages show are what the code prints. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { currentTracker } from "../../../core/src/capture/current-tracker.js";
import { createLimitMemory } from "../../../core/src/limits/wrap.js";
import { createMatchers } from "../../../core/src/matchers/create.js";
import { createPending } from "../../../core/src/matchers/pending.js";
import { testHost } from "../limits/host.js";
import { examples } from "./fixtures/pages/examples.mjs";

// Settled collections are slow on a machine that is busy.
vi.setConfig({ testTimeout: 120_000 });

const FIXTURE = path.join(import.meta.dirname, "fixtures/pages");
const DOCS = path.join(import.meta.dirname, "../../../docs");

const host = { ...testHost(), root: FIXTURE, currentTest: () => undefined };
const matchers = createMatchers(host, {}, createPending(host));
const limitMemory = createLimitMemory(host);

const { tracker } = currentTracker().capabilities({
  sampleInterval: 1,
  threads: "isolate",
  retained: false,
  settle: false,
});

/** How many frames of memspec and Node lie around an example is nobody's business. */
function normalised(text: string): string {
  return text.replaceAll(/from \d+ frames? of [^\n]*/gu, "from … frames").trim();
}

function failureOnPage(page: string): string {
  const text = readFileSync(path.join(DOCS, page), "utf8");
  return /<!-- failure -->\n+```text\n([\s\S]*?)\n```/u.exec(text)?.[1] ?? "";
}

async function failureOf(name: keyof typeof examples): Promise<string> {
  try {
    const { pass, message } = await examples[name](matchers, { isNot: false }, limitMemory);
    return pass ? "it passed" : message();
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

describe.skipIf(tracker !== "native")("the failure on the page", () => {
  const pages = Object.keys(examples).map((name) => [name === "limits" ? "limits.md" : `matchers/${name}.md`, name]);

  test.each(pages)("%s is what the code prints", async (page, name) => {
    const printed = await failureOf(name as keyof typeof examples);
    expect(normalised(printed)).toBe(normalised(failureOnPage(page ?? "")));
  });
});
