import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { COMMON_OPTIONS } from "../../../core/src/capture/validate-options.js";
import { OPTION_TABLE, optionsOf } from "../../../core/src/limits/option-table.js";
import { LIMIT_OPTIONS } from "../../../core/src/limits/plans.js";

const PAGE = path.join(import.meta.dirname, "../../../docs/options.md");

function tableOfPage(): readonly (readonly string[])[] {
  const section = /<!-- options[^\n]*-->\n([\s\S]*?)\n<!-- \/options -->/u.exec(readFileSync(PAGE, "utf8"))?.[1] ?? "";
  return section
    .split("\n")
    .slice(2)
    .map((line) =>
      line
        .split(/(?<!\\)\|/u)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("\\|", "|")),
    );
}

test("the page on options has the options of the code, word for word", () => {
  const rows = OPTION_TABLE.map((row) => [
    `\`${row.name}\``,
    row.type,
    row.default,
    row.places.join(", "),
    row.meaning,
  ]);
  expect(tableOfPage()).toEqual(rows);
});

test("every option that a measurement takes is in the table, and may stand in the configuration", () => {
  expect(optionsOf("sizing").toSorted()).toEqual([...COMMON_OPTIONS].sort());
  expect(optionsOf("configuration").toSorted()).toEqual(
    [
      ...COMMON_OPTIONS,
      "baseline",
      "capture",
      "failOnLeak",
      "hardCap",
      "ignoreLeaks",
      "knownLeaks",
      "leaks",
      "limits",
      "observe",
      "report",
      "toNotLeak",
    ].sort(),
  );
});

test("what the configuration says for limits are options of the configuration", () => {
  expect(optionsOf("configuration")).toEqual(expect.arrayContaining([...LIMIT_OPTIONS]));
});
