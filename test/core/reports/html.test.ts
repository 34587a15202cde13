import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { renderHtml } from "../../../core/src/reports/html/render-html.js";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { sampleRun } from "./sample-run.js";

const report = sampleRun({ files: 3, testsPerFile: 4, deathEvery: 3, leakEvery: 2 });

function part(html: string, pattern: RegExp): string {
  return pattern.exec(html)?.[1] ?? "";
}

const REPORT = /<script type="application\/gzip" id="report">([^<]*)<\/script>/u;
const SCRIPT = /<script>([\s\S]*?)<\/script>/u;
const STYLE = /<style>([\s\S]*?)<\/style>/u;

test("the page holds the whole report", () => {
  const packed = part(renderHtml(report), REPORT);
  expect(JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString())).toEqual(report);
});

test("the same report gives the same page, to the byte", () => {
  expect(renderHtml(report)).toBe(renderHtml(JSON.parse(JSON.stringify(report)) as RunReport));
});

test("the policy lets nothing in but the page's own script and style, by their hashes", () => {
  const html = renderHtml(report);
  const policy = part(html, /Content-Security-Policy" content="([^"]*)"/u);
  const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  expect(policy.split("; ")).toEqual([
    "default-src 'none'",
    `script-src ${hash(part(html, SCRIPT))}`,
    `style-src ${hash(part(html, STYLE))}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

test("no element names another file", () => {
  const html = renderHtml(report).replace(SCRIPT, "").replace(STYLE, "");
  expect(html).not.toMatch(/\b(?:src|href)="(?!#|data:)/u);
  expect(part(renderHtml(report), STYLE)).not.toMatch(/url\(|@import/u);
});

test("what a test is named cannot leave its place", () => {
  const [file] = report.files;
  const name = "</script><script>alert(1)</script>%SCRIPT%";
  const hostile = {
    ...report,
    startedAt: '"><script>alert(2)</script>',
    files: [{ ...file, path: name }],
  } as unknown as RunReport;
  const html = renderHtml(hostile);
  expect(["alert(1)", "alert(2)"].filter((text) => html.includes(text))).toEqual([]);
  expect(html.match(/<script/gu)).toHaveLength(2);
});

test("the page carries the licences of what is in it", () => {
  const script = part(renderHtml(report), SCRIPT);
  const wanted = ["uplot", "Leon Sorokin", "pretty-bytes", "Sindre Sorhus", "Permission is hereby granted"];
  expect(wanted.filter((text) => !script.includes(text))).toEqual([]);
});

test("ten thousand tests are a page below 10 MB", () => {
  const html = renderHtml(sampleRun({ files: 400, testsPerFile: 25 }));
  expect(Buffer.byteLength(html)).toBeLessThan(10_000_000);
}, 120_000);

test("what is published makes this page, as ES module and as CommonJS", async () => {
  const built = (await import("@memspec/core/reports")) as { readonly renderHtml: typeof renderHtml };
  const required = createRequire(import.meta.url)("@memspec/core/reports") as typeof built;
  expect(required.renderHtml).not.toBe(built.renderHtml);
  const same = [built, required].map((module) => module.renderHtml(report) === renderHtml(report));
  expect(same).toEqual([true, true]);
});
