/** The report of a run as one HTML file that needs no other and asks no network. */

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { RunReport } from "../../runs/run-report.js";

const compress = promisify(gzip);

/** @returns the whole file; the same report gives the same text */
export async function renderHtml(report: RunReport): Promise<string> {
  const { default: page } = await import("#page");
  const packed = await compress(Buffer.from(JSON.stringify(report)), { level: 9 });
  const files = report.files.length === 1 ? "1 file" : `${report.files.length} files`;
  const parts: Readonly<Record<string, string>> = {
    CSP: policy(page.script, page.style),
    TITLE: `Memory of ${files}${/^\d{4}-\d\d-\d\d(?=T)/u.exec(report.startedAt)?.map((day) => `, ${day}`) ?? ""}`,
    STYLE: page.style,
    REPORT: packed.toString("base64"),
    SCRIPT: page.script,
  };
  return page.html.replaceAll(/%([A-Z]+)%/gu, (whole, name: string) => parts[name] ?? whole);
}

/** Nothing is fetched, and no script runs but the page's own. */
function policy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
