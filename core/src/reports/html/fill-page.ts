/** A page that needs no other file and asks no network: its script, its style and its data in one text. */

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

export interface PageParts {
  /** With `%NAME%` where the parts go. */
  readonly html: string;
  readonly script: string;
  readonly style: string;
}

/**
 * @param data what JSON can hold
 * @returns the whole file; the same data give the same text
 */
export function fillPage(page: PageParts, title: string, data: unknown): string {
  const parts: Readonly<Record<string, string>> = {
    CSP: policy(page.script, page.style),
    TITLE: escaped(title),
    STYLE: page.style,
    REPORT: gzipSync(JSON.stringify(data), { level: 9 }).toString("base64"),
    SCRIPT: page.script,
  };
  return page.html.replaceAll(/%([A-Z]+)%/gu, (whole, name: string) => parts[name] ?? whole);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
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
