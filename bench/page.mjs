// The HTML report of 10,000 tests, opened in headless Chromium: from the navigation until the table is there. Beside it an
// empty page, for what the browser itself takes.
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";
import { summarise } from "./compare.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = path.join(root, ".cache/bench/page");
const CHROMIUM = process.env.MEMSPEC_CHROMIUM ?? "/usr/bin/chromium";
const TARGET_MS = 2000;
const TARGET_BYTES = 10_000_000;

async function prepare() {
  mkdirSync(folder, { recursive: true });
  const bundle = await rolldown({ input: path.join(root, "test/core/reports/sample-run.ts"), platform: "node" });
  const generator = path.join(folder, "sample-run.mjs");
  await bundle.write({ file: generator, format: "esm" });
  await bundle.close();
  const { sampleRun } = await import(pathToFileURL(generator).href);
  const { renderHtml } = await import(pathToFileURL(path.join(root, "core/dist/esm/reports.js")).href);
  const page = path.join(folder, "run.html");
  writeFileSync(page, await renderHtml(sampleRun({ files: 400, testsPerFile: 25 })));
  const empty = path.join(folder, "empty.html");
  writeFileSync(empty, "<!doctype html><html data-ready><title>empty</title></html>");
  return { page, empty };
}

async function openingTime(browser, file) {
  const page = await browser.newPage();
  const started = performance.now();
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("html[data-ready]");
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const took = performance.now() - started;
  await page.close();
  return took;
}

/** Targets: two seconds, ten megabytes. Wall time alone: the browser's work is spread over processes. */
export async function benchPage(rounds) {
  if (!existsSync(CHROMIUM)) return [{ name: "page of 10,000 tests", skipped: `there is no ${CHROMIUM}` }];
  const files = await prepare();
  const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"];
  const times = { page: [], empty: [] };
  for (let round = -1; round < rounds; round++) {
    for (const name of ["page", "empty"]) {
      // A browser of its own: nothing is kept from the round before.
      const browser = await chromium.launch({ executablePath: CHROMIUM, args });
      const took = await openingTime(browser, files[name]);
      await browser.close();
      if (round >= 0) times[name].push(took);
    }
  }
  const { size } = statSync(files.page);
  const median = (name) => (summarise(times[name]).median / 1000).toFixed(2);
  return [
    {
      name: `open 10,000 tests, of 2 s (${median("page")} s, an empty page ${median("empty")} s)`,
      ratio: summarise(times.page.map((ms) => ms / TARGET_MS)),
      target: 1,
    },
    { name: `size, of 10 MB (${(size / 1e6).toFixed(2)} MB)`, ratio: summarise([size / TARGET_BYTES]), target: 1 },
  ];
}
