/** The page of a run: reads the report that is in it and shows it. Asks nothing of any network. */

import { summariseRun } from "../../../src/reports/run-summary.js";
import { durationText, machineText, many, notesOf } from "../../../src/reports/sentences.js";
import type { RunReport } from "../../../src/runs/run-report.js";
import { formatSize } from "../../../src/sizes/format-size.js";
import { byId, h } from "../shared/dom.js";
import { loadData } from "../shared/load.js";
import { startTabs } from "../shared/tabs.js";
import { startTheme } from "../shared/theme.js";
import { openDetails } from "./details.js";
import { deathElements, makeLeaks, makeLimits } from "./findings.js";
import { type FlamePanel, type FlameScope, makeFlame } from "./flame.js";
import { makeTable } from "./table/view.js";
import { makeTimeline, type TimelineView } from "./timeline/view.js";

function show(report: RunReport): void {
  const summary = summariseRun(report);
  const [highest] = summary.rows;
  byId("machine").textContent =
    `${machineText(report)} · ${report.startedAt.replace("T", " ").replace(/\.\d+Z$/u, " UTC")}`;
  const tiles: readonly (readonly [value: string, name: string, bad: boolean])[] = [
    [formatSize(highest?.figures?.total.peakBytes ?? null), "highest peak of a file", false],
    [String(report.files.length), report.files.length === 1 ? "file" : "files", false],
    [String(summary.testCount), summary.testCount === 1 ? "test" : "tests", false],
    [report.durationMs === null ? "n/a" : durationText(report.durationMs), "wall time", false],
    [
      String(summary.breaches.length),
      summary.breaches.length === 1 ? "limit broken" : "limits broken",
      summary.breaches.length > 0,
    ],
    [
      summary.looksForLeaks ? String(summary.leaks.length) : "–",
      summary.looksForLeaks ? "leaking" : "leaks: not looked at",
      summary.leaks.length > 0,
    ],
  ];
  byId("tiles").append(
    ...tiles.map(([value, name, bad]) =>
      h("li", { class: bad ? "bad" : null }, h("strong", {}, value), h("span", {}, name)),
    ),
  );
  byId("alerts").append(
    ...deathElements(summary, report),
    ...notesOf(report).map((note) => h("p", { class: "note" }, note)),
    ...(report.shards.length === 0
      ? []
      : [h("p", { class: "note" }, `Joined from ${many(report.shards.length, "shard")}.`)]),
  );
  byId("leaks-count").textContent = summary.leaks.length === 0 ? "" : String(summary.leaks.length);
  byId("limits-count").textContent = summary.breaches.length === 0 ? "" : String(summary.breaches.length);

  let flame: FlamePanel | undefined;
  let timeline: TimelineView | undefined;
  const tabs = startTabs(
    {
      table: (panel) => makeTable(panel, report, (row) => openDetails(row, report, showFlame)),
      sites: (panel) => {
        flame = makeFlame(panel, report);
      },
      timeline: (panel) => {
        timeline = makeTimeline(panel, report);
      },
      leaks: (panel) => makeLeaks(panel, summary, report),
      limits: (panel) => makeLimits(panel, summary, report),
    },
    () => {},
  );
  function showFlame(scope: FlameScope): void {
    tabs.show("sites");
    flame?.show(scope);
  }
  startTheme(() => timeline?.redraw());
  document.documentElement.dataset["ready"] = "";
}

loadData<RunReport>().then(show, (error: unknown) => {
  byId("alerts").append(h("p", { class: "alert" }, `The report in this page cannot be read: ${String(error)}`));
});
