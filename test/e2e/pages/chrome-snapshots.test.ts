/** Heap snapshots of a page in Chromium, whose V8 compresses pointers and names its objects otherwise than Node's. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, CDPSession } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { analyzeSnapshot, diffSnapshots } from "../../../core/src/graph/snapshots.js";
import type { SnapshotAnalysis, SnapshotDiff } from "../../../core/src/graph/types.js";
import { showPath } from "../../native/graph/show-path.js";
import { CHROMIUM, launchChromium } from "./chromium.js";

const SCRIPT = `class Widget { constructor(id) { this.rows = new Array(50).fill(id); } }
const registry = new Map();
function add(first, count) { for (let id = first; id < first + count; id++) registry.set("widget " + id, new Widget(id)); }
globalThis.drafts = [];
function draft(count) { for (let id = 0; id < count; id++) drafts.push(document.createElement("section")); }
add(0, 10);
`;

describe.skipIf(CHROMIUM === undefined)("a snapshot of Chrome", () => {
  let folder = "";
  let browser: Browser | undefined;
  let diff: SnapshotDiff;
  let analysis: SnapshotAnalysis;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "memspec-chrome-"));
    const file = (name: string): string => path.join(folder, name);
    writeFileSync(file("app.js"), SCRIPT);
    writeFileSync(file("page.html"), '<!doctype html><title>page</title><script src="app.js"></script>');
    browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file("page.html")).href);
    const session = await page.context().newCDPSession(page);
    await writeSnapshot(session, file("before.heapsnapshot"));
    await page.evaluate("add(10, 100); draft(70)");
    await writeSnapshot(session, file("after.heapsnapshot"));
    diff = await diffSnapshots(file("before.heapsnapshot"), file("after.heapsnapshot"));
    analysis = await analyzeSnapshot(file("after.heapsnapshot"), { limit: 1000 });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("says what is new, where its class stands, and what keeps it alive", () => {
    const group = diff.groups.find(({ type }) => type === "Widget");
    expect(diff.sameProcess).toBe(true);
    expect(group).toMatchObject({ count: 100, place: { line: 1 } });
    expect(group?.place?.url).toMatch(/^file:.*\/app\.js$/u);
    expect(showPath(group?.path ?? null)).toBe(
      "module app.js: module variable registry: Map -> value widget 10: Widget",
    );
  });

  test("says which elements grew, and which property of the window holds them", () => {
    const sections = diff.grown.find(({ type }) => type === "<section>");
    expect(sections).toMatchObject({ countBefore: 0, countAfter: 70 });
    expect(showPath(sections?.path ?? null)).toBe("global: property drafts: Array -> element 0: <section>");
  });

  test("has the retained size of a class", () => {
    const widgets = analysis.types.find(({ type }) => type === "Widget");
    // 50 slots of four bytes each, at the least.
    expect(widgets?.count).toBe(110);
    expect(widgets?.retainedBytes).toBeGreaterThan(110 * 50 * 4);
  });
});

async function writeSnapshot(session: CDPSession, file: string): Promise<void> {
  const chunks: string[] = [];
  const listen = ({ chunk }: { readonly chunk: string }): void => void chunks.push(chunk);
  session.on("HeapProfiler.addHeapSnapshotChunk", listen);
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  session.off("HeapProfiler.addHeapSnapshotChunk", listen);
  writeFileSync(file, chunks.join(""));
}
