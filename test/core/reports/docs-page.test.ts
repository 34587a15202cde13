import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { renderMarkdown } from "../../../core/src/reports/ci/markdown.js";
import { renderComparison } from "../../../core/src/reports/compare/compare-markdown.js";
import { compareRuns, DEFAULT_TOLERANCE } from "../../../core/src/reports/compare/compare-runs.js";
import { renderTerminal } from "../../../core/src/reports/terminal/terminal.js";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { sampleRun } from "./sample-run.js";

const page = readFileSync(path.join(import.meta.dirname, "../../../docs/reports.md"), "utf8");
const run = sampleRun({ files: 12, testsPerFile: 4, deathEvery: 11, leakEvery: 12, breachEvery: 31, seed: 3 });
/** The same tests; one file uses what another one did, and more, one uses less. */
const NOW: Readonly<Record<string, string>> = {
  "test/store/cache-2.test.ts": "test/http/reader-9.test.ts",
  "test/auth/codec-6.test.ts": "test/jobs/stream-5.test.ts",
};
const later: RunReport = {
  ...run,
  files: run.files.map((file) => ({
    ...file,
    figures: run.files.find(({ path: other }) => other === (NOW[file.path] ?? file.path))?.figures ?? null,
  })),
};

const OUTPUTS: Readonly<Record<string, () => string>> = {
  terminal: () => renderTerminal(run, { colour: false }),
  markdown: () => renderMarkdown(run, { rows: 3 }),
  compare: () => renderComparison(compareRuns(run, later), DEFAULT_TOLERANCE),
};

test.each(Object.entries(OUTPUTS))("the page on reports shows what is really said: %s", (name, output) => {
  const block = new RegExp(`<!-- output: ${name} -->\\n\`\`\`\\w*\\n([\\s\\S]*?)\`\`\`\\n`, "u").exec(page)?.[1];
  expect(block).toBe(output());
});
