/** Exports of a capture where they are meant to be opened: Chrome's DevTools, and speedscope, which reads three of the formats with code of its own. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ExportFormat, renderExport } from "../../../core/src/reports/capture/exports/render-export.js";
import type { SpeedscopeFile } from "../../../core/src/reports/capture/exports/speedscope.js";
import { sampleCapture, sampleFrame, sampleSource, treeOf } from "../../core/reports/capture/exports/sample-capture.js";
import { CHROMIUM, launchChromium } from "./chromium.js";

const FILES: Readonly<Record<"speedscope" | "pprof" | "heapprofile", string>> = {
  speedscope: "app.speedscope.json",
  pprof: "app.pb.gz",
  heapprofile: "app.heapprofile",
};

/** Sizes below 1000 B: DevTools shows them to the byte. */
const FEW = sampleSource(
  treeOf(
    ["main", "parse", "inflate"].map((functionName) => sampleFrame({ functionName, file: "/app/a.js", line: 7 })),
    [
      [0, 0],
      [1, 1],
      [1, 2],
    ],
  ),
  [
    { node: 2, thread: 0, space: "heap", allocator: "", bytes: 120, count: 1 },
    { node: 3, thread: 0, space: "native", allocator: "malloc", bytes: 400, count: 2 },
    { node: 1, thread: 0, space: "heap", allocator: "", bytes: 7, count: 1 },
  ],
);

describe.skipIf(CHROMIUM === undefined)("exports of a capture", () => {
  let folder = "";
  let browser: Browser | undefined;
  const file = (name: string): string => path.join(folder, name);
  const open = async (url: string): Promise<{ readonly page: Page; readonly errors: readonly string[] }> => {
    if (browser === undefined) throw new Error("no browser");
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(url);
    return { page, errors };
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "memspec-exports-"));
    browser = await launchChromium();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("DevTools loads a .heapprofile and shows its functions with their own and their total sizes", async () => {
    writeFileSync(file("few.heapprofile"), renderExport("heapprofile", FEW));
    const { page, errors } = await open("devtools://devtools/bundled/js_app.html");
    await page.getByText("Memory").click();
    await page.getByText("Load profile").waitFor();
    await page.locator("input[type=file]").setInputFiles(file("few.heapprofile"));
    await page.getByRole("treeitem", { name: "few" }).click();
    await page.getByRole("row", { name: "main" }).waitFor();
    const rows = await page.getByRole("row").allInnerTexts();
    expect(errors).toEqual([]);
    // Own size, total size, name. "main" stands below two roots, and counts once in the total of all.
    expect(
      rows.slice(1).map((row) =>
        row
          .replace(/\d+\.\d+\s%/gu, "")
          .replaceAll("\u00a0", " ")
          .split(/\s{2,}/u),
      ),
    ).toEqual([
      ["400 B", "400 B", "inflate"],
      ["120 B", "120 B", "parse"],
      ["7 B", "527 B", "main"],
      ["0 B", "400 B", "(native)"],
    ]);
    await page.close();
  });

  test.each(Object.keys(FILES) as (keyof typeof FILES)[])(
    "speedscope reads %s: its totals are the view's",
    async (format) => {
      const source = sampleCapture({ seed: 21, kind: "leaked" });
      const read = await throughSpeedscope(format, renderExport(format, source));
      const { endValue, unit } = read.profiles[read.activeProfileIndex] ?? {};
      expect([endValue, unit]).toEqual([source.view.bytes, "bytes"]);
    },
  );

  /** Opens a file in speedscope's application and has it written down again: each profile with the total that it made of it. */
  async function throughSpeedscope(
    format: keyof typeof FILES & ExportFormat,
    content: string | Uint8Array,
  ): Promise<SpeedscopeFile> {
    writeFileSync(file(FILES[format]), content);
    const manifest = createRequire(import.meta.url).resolve("speedscope/package.json");
    const { page, errors } = await open(pathToFileURL(path.join(manifest, "../dist/release/index.html")).href);
    await page.locator("input[type=file]").first().setInputFiles(file(FILES[format]));
    const download = page.waitForEvent("download");
    await page.getByText("Export", { exact: false }).click();
    await (await download).saveAs(file("again.json"));
    expect(errors).toEqual([]);
    await page.close();
    return JSON.parse(readFileSync(file("again.json"), "utf8")) as SpeedscopeFile;
  }
});
