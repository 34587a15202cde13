/** One file or test in a dialog: its figures by phase and space, its sites, its leaks. */

import { improvementText } from "../../../src/reports/baseline-lines.js";
import { testName } from "../../../src/reports/run-summary.js";
import { breachText, durationText } from "../../../src/reports/sentences.js";
import type { RunFigures, RunReport } from "../../../src/runs/run-report.js";
import { formatSize } from "../../../src/sizes/format-size.js";
import { byId, h } from "../shared/dom.js";
import { groupElements } from "./findings.js";
import type { FlameScope } from "./flame.js";
import { sitesElement } from "./stack.js";
import type { Row } from "./table/rows.js";

const SITES = 12;
const TESTS = 10;
const SPACES = ["total", "heap", "buffers", "native"] as const;

/** @param showFlame shows the allocation sites of what is open */
export function openDetails(row: Row, report: RunReport, showFlame: (scope: FlameScope) => void): void {
  const dialog = byId<HTMLDialogElement>("details");
  const { file, test } = row;
  const of = test ?? file;
  const close = h("button", { class: "plain close", on: { click: () => dialog.close() } }, "Close");
  const flame = h(
    "button",
    {
      class: "plain",
      on: {
        click: () => {
          dialog.close();
          showFlame({ title: row.name, sites: of.sites });
        },
      },
    },
    "Flamegraph of its sites",
  );
  const phases: readonly (readonly [string, RunFigures | null])[] =
    test === null
      ? [
          ["whole file", file.figures],
          ["modules", file.modules],
          ["hooks", file.hooks],
        ]
      : [["body", test.figures]];
  const facts = [
    `state: ${of.state}`,
    ...(of.durationMs === null ? [] : [durationText(of.durationMs)]),
    ...(test !== null && test.retries > 0 ? [`${test.retries} retries`] : []),
    ...(test !== null && test.repeats > 0 ? [`${test.repeats} repeats`] : []),
  ];
  const leaks = of.leaks;
  dialog.replaceChildren(
    h("header", {}, h("h2", { id: "details-title" }, row.name), close),
    h("p", {}, h("code", {}, row.place), ` ${facts.join(", ")}`),
    ...(test?.unattributed == null ? [] : [h("p", { class: "hint" }, UNATTRIBUTED[test.unattributed])]),
    ...(test?.breaches ?? []).map((breach) => h("p", { class: "bad" }, breachText(breach))),
    ...(test?.improvements ?? []).map((better) => h("p", { class: "good" }, improvementText(better))),
    figuresTable(phases),
    ...(test === null ? fileLevels(row) : []),
    h("h3", {}, "Allocated most"),
    sitesElement(of.sites, report, SITES),
    of.sites.length === 0 ? h("span", {}) : flame,
    ...(test === null && file.moduleSites.length > 0
      ? [h("h3", {}, "While modules were loaded"), sitesElement(file.moduleSites, report, SITES)]
      : []),
    ...(test === null ? highestTests(row) : []),
    ...(leaks === null || (leaks.verdict === "clean" && leaks.ignored.length === 0)
      ? []
      : [h("h3", {}, "Leaks"), ...groupElements(leaks, report, test)]),
    ...file.notes.map((note) => h("p", { class: "hint" }, note)),
  );
  dialog.showModal();
}

const UNATTRIBUTED: Readonly<Record<"concurrent" | "died" | "timed-out", string>> = {
  concurrent: "Others ran at the same time: what it allocated is the file's alone.",
  died: "Its worker died: no figures are known.",
  "timed-out": "It timed out and may have gone on: what it allocated is the file's alone.",
};

function figuresTable(phases: readonly (readonly [string, RunFigures | null])[]): HTMLElement {
  const rows = phases.flatMap(([phase, figures]) =>
    figures === null
      ? [
          h(
            "tr",
            {},
            h("th", { scope: "row" }, phase),
            h("td", {}, "n/a"),
            h("td", {}, ""),
            h("td", {}, ""),
            h("td", {}, ""),
          ),
        ]
      : SPACES.map((space, index) => {
          const { peakBytes, allocatedBytes, netBytes } = figures[space];
          return h(
            "tr",
            { class: index === 0 ? "first" : null },
            h("th", { scope: "row" }, index === 0 ? phase : ""),
            h("td", {}, space),
            ...[peakBytes, allocatedBytes, netBytes].map((bytes) => h("td", { class: "number" }, formatSize(bytes))),
          );
        }),
  );
  const heads = ["span", "space", "peak", "allocated", "difference"];
  return h(
    "table",
    { class: "small" },
    h("caption", { class: "unseen" }, "Figures"),
    h(
      "thead",
      {},
      h("tr", {}, ...heads.map((text, index) => h("th", { scope: "col", class: index > 1 ? "number" : null }, text))),
    ),
    h("tbody", {}, ...rows),
  );
}

/** Of a file's tests those with the highest peaks. */
function highestTests({ file }: Row): readonly HTMLElement[] {
  const tests = file.tests.flatMap((test) => {
    const peak = test.figures?.total.peakBytes ?? null;
    return peak === null ? [] : [{ name: testName(test.name), peak }];
  });
  if (tests.length === 0) return [];
  const rows = tests
    .sort((a, b) => b.peak - a.peak)
    .slice(0, TESTS)
    .map(({ name, peak }) => h("li", {}, h("span", { class: "amount" }, formatSize(peak)), h("span", {}, name)));
  return [h("h3", {}, "Tests with the highest peaks"), h("ul", { class: "sites" }, ...rows)];
}

function fileLevels({ file }: Row): readonly HTMLElement[] {
  const { baseline, left } = file;
  if (baseline === null) return [];
  const text = (levels: NonNullable<typeof baseline>): string =>
    `${formatSize(levels.heapBytes)} heap, ${formatSize(levels.buffersBytes)} buffers, ${formatSize(levels.nativeBytes)} native`;
  return [
    h(
      "p",
      { class: "hint" },
      `It began at ${text(baseline)}.${left === null ? "" : ` It left ${text(left)}, garbage included.`}`,
    ),
  ];
}
