/** A page, opened as a user opens it: from a file. Whatever it asks of a network, and says on the console, is kept. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { renderHtml } from "../../../core/src/reports/html/render-html.js";
import type { RunReport } from "../../../core/src/runs/run-report.js";

export interface OpenPage {
  readonly page: Page;
  /** URLs that were asked for, but for the page itself. */
  readonly requests: readonly string[];
  /** Errors and warnings of the console, errors that nobody caught. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export interface ViewOptions {
  readonly width?: number;
  readonly theme?: "light" | "dark";
  /** After the "#". */
  readonly tab?: string;
}

export function openReport(browser: Browser, report: RunReport, options: ViewOptions = {}): Promise<OpenPage> {
  return openHtml(browser, renderHtml(report), options);
}

export async function openHtml(browser: Browser, html: string, options: ViewOptions = {}): Promise<OpenPage> {
  const folder = mkdtempSync(path.join(tmpdir(), "memspec-page-"));
  const file = path.join(folder, "page.html");
  writeFileSync(file, html);
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.theme ?? "light",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  const url = pathToFileURL(file).href;
  page.on("request", (request) => {
    if (request.url().replace(/#.*/u, "") !== url && request.url() !== "data:,") requests.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(options.tab === undefined ? url : `${url}#${options.tab}`);
  await page.waitForSelector("html[data-ready]");
  return {
    page,
    requests,
    complaints,
    async close() {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
