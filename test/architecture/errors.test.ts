import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ERROR_CODES } from "../../core/src/errors/codes.js";
import { docsAnchor } from "../../core/src/errors/memspec-error.js";
import { ROOT, sourcesBelow } from "./source-tree.js";

const docs = readFileSync(path.join(ROOT, "docs/errors.md"), "utf8");

/** Headings of the page that are error codes. */
function headings(page: string): readonly string[] {
  return [...page.matchAll(/^## (MEMSPEC_[A-Z_]+)$/gmu)].map((match) => match[1] ?? "");
}

/** Codes that a source raises: string literals that are nothing but a code. */
function codesIn(text: string): readonly string[] {
  return [...text.matchAll(/["'](MEMSPEC_[A-Z_]+)["']/gu)].map((match) => match[1] ?? "");
}

/** Environment variables that look like codes. */
const NOT_CODES = ["MEMSPEC_ADDON", "MEMSPEC_JEST_RUN", "MEMSPEC_ADDON_IN_USE", "MEMSPEC_RECORD"];

test("every error code has one heading in docs/errors.md, and every heading is a code", () => {
  expect([...headings(docs)].sort()).toEqual([...ERROR_CODES].sort());
});

test("every heading has a text below it", () => {
  for (const section of docs.split(/^## /mu).slice(1))
    expect(section.split("\n").slice(1).join("").trim()).not.toBe("");
});

test("an error leads to its heading", () => {
  for (const code of ERROR_CODES) expect(docsAnchor(code)).toBe(`docs/errors.md#${code.toLowerCase()}`);
});

test("no source raises a code that is not in the list, the addon included", () => {
  const sources = [
    ...sourcesBelow("core/src", [".ts"]),
    ...sourcesBelow("native", [".cc", ".h", ".cjs"]),
    ...sourcesBelow("plugin-vitest/src", [".ts"]),
    ...sourcesBelow("plugin-jest/src", [".ts"]),
    ...sourcesBelow("cli/src", [".ts"]),
  ];
  const unknown = sources.flatMap(({ file, text }) =>
    codesIn(text)
      .filter((code) => !(ERROR_CODES as readonly string[]).includes(code) && !NOT_CODES.includes(code))
      .map((code) => `${file}: ${code}`),
  );
  expect(unknown).toEqual([]);
});

test("every code in the list is raised somewhere", () => {
  const raised = new Set(
    [
      ...sourcesBelow("core/src", [".ts"]),
      ...sourcesBelow("native", [".cc"]),
      ...sourcesBelow("plugin-vitest/src", [".ts"]),
      ...sourcesBelow("plugin-jest/src", [".ts"]),
      ...sourcesBelow("cli/src", [".ts"]),
    ]
      .filter(({ file }) => !file.endsWith("/codes.ts"))
      .flatMap(({ text }) => codesIn(text)),
  );
  expect(ERROR_CODES.filter((code) => !raised.has(code))).toEqual([]);
});

test("a planted heading and a planted code are seen", () => {
  expect(headings(`${docs}\n## MEMSPEC_PLANTED\n`)).toContain("MEMSPEC_PLANTED");
  expect(codesIn('Throw(env, "MEMSPEC_PLANTED", "why")')).toEqual(["MEMSPEC_PLANTED"]);
});
