/** What is told by name: workers that died, limits that broke, leaks with what keeps them alive. */

import { hintText } from "../../../src/assertions/leak-hints.js";
import { pathLinks, placeText } from "../../../src/assertions/retaining-path.js";
import { inferenceText } from "../../../src/assertions/site-inference.js";
import { baselineNotes, improvedTests, improvementText } from "../../../src/reports/baseline-lines.js";
import { placeOfSubject, type RunSummary, type Subject, testName } from "../../../src/reports/run-summary.js";
import { breachText, deathText, durationText, lastLevels } from "../../../src/reports/sentences.js";
import { REPORT_ROOT } from "../../../src/reports/stacks.js";
import type { RunLeakGroup, RunLeaks, RunReport, TestReport } from "../../../src/runs/run-report.js";
import { formatSize, groupDigits } from "../../../src/sizes/format-size.js";
import { h } from "../shared/dom.js";
import { sitesElement, stackElement } from "./stack.js";

/** Entries that are made at once; more on request. */
const PAGE = 100;

/** A line each that unfolds; a single one is unfolded. */
export function deathElements(summary: RunSummary, report: RunReport): readonly HTMLElement[] {
  return summary.deaths.map(({ file, death }) => {
    const levels = lastLevels(death);
    return h(
      "details",
      { class: "alert", open: summary.deaths.length === 1 },
      h(
        "summary",
        {},
        h("strong", {}, `A worker died: ${deathText(death)}`),
        h("span", {}, death.test === null ? "while no test ran" : `in ${testName(death.test)}`),
        h("code", {}, file.path),
      ),
      levels === "" || death.last === null
        ? h("p", {}, "No levels were read before it died.")
        : h("p", {}, `Last read ${durationText(death.last.ms)} into the run: ${levels}`),
      death.sites.length === 0 ? null : sitesElement(death.sites, report, 5),
    );
  });
}

export function makeLeaks(panel: HTMLElement, summary: RunSummary, report: RunReport): void {
  panel.append(h("h2", {}, "Leaks"));
  if (!summary.looksForLeaks) {
    panel.append(h("p", { class: "hint" }, "Nobody looked for leaks in this run."));
    return;
  }
  if (summary.leaks.length === 0) panel.append(h("p", { class: "hint" }, "No leak was found."));
  append(panel, summary.leaks, (found) =>
    h("section", { class: "finding" }, subjectHeading(found), ...groupElements(found.leaks, report, found.test)),
  );
  const ignored = summary.ignored.filter(({ leaks }) => leaks.verdict !== "leak");
  if (ignored.length > 0) {
    panel.append(h("h2", {}, "Leaks that are ignored or known"));
    append(panel, ignored, (found) =>
      h("section", { class: "finding" }, subjectHeading(found), ...groupElements(found.leaks, report, found.test)),
    );
  }
  if (summary.inconclusive.length > 0) {
    panel.append(h("h2", {}, "Checks that could not decide"));
    append(panel, summary.inconclusive, (found) =>
      h(
        "section",
        { class: "finding" },
        subjectHeading(found),
        found.leaks.reason === null ? null : h("p", {}, found.leaks.reason),
      ),
    );
  }
}

function subjectHeading(subject: Subject): HTMLElement {
  const name = subject.test === null ? "The file as a whole" : testName(subject.test.name);
  return h("h3", {}, name, " ", h("code", {}, placeOfSubject(subject)));
}

/** @param test `null`: of the file as a whole, whose growth is told for each test */
export function groupElements(leaks: RunLeaks, report: RunReport, test: TestReport | null): readonly HTMLElement[] {
  const per = test === null ? "test" : "call";
  return [
    ...leaks.groups.map((group) => groupElement(group, report, per)),
    ...leaks.ignored.map(({ group, reason }) =>
      h("p", { class: "hint" }, `${group.type} is ignored: ${reason} `, h("code", {}, group.signature)),
    ),
    ...(leaks.verdict === "leak" && leaks.reason !== null ? [h("p", { class: "hint" }, leaks.reason)] : []),
  ];
}

/** Unfolds; what is in it is made then. */
function groupElement(group: RunLeakGroup, report: RunReport, per: string): HTMLElement {
  const summary = h(
    "summary",
    {},
    h("b", {}, group.type),
    h("span", { class: `space ${group.space}` }, group.space),
    h("span", { class: "amount" }, growthText(group, per)),
  );
  const details = h("details", { class: "leak" }, summary);
  details.addEventListener(
    "toggle",
    () => {
      details.append(...evidenceOf(group, report));
    },
    { once: true },
  );
  return details;
}

function growthText({ countPerCall, bytesPerCall, retainedBytes }: RunLeakGroup, per: string): string {
  const parts = [
    ...(countPerCall === null ? [] : [`${groupDigits(Number(countPerCall.toFixed(2)))} a ${per}`]),
    ...(bytesPerCall === null ? [] : [`${formatSize(Math.round(bytesPerCall))} a ${per}`]),
    ...(retainedBytes === null ? [] : [`${formatSize(Math.round(retainedBytes))} with what it holds`]),
  ];
  return parts.join(", ");
}

function evidenceOf(group: RunLeakGroup, report: RunReport): readonly HTMLElement[] {
  const parts: HTMLElement[] = [];
  if (group.path !== null) {
    parts.push(
      h("h4", {}, "Kept alive by"),
      h("ol", { class: "path" }, ...pathLinks(group.path, REPORT_ROOT).map((link) => h("li", {}, link))),
    );
    if (group.path.avoided)
      parts.push(h("p", { class: "hint" }, "By way of the runner or memspec: no other way was found."));
  }
  const place = placeText(group.place, REPORT_ROOT);
  if (place !== "") parts.push(h("h4", {}, "Written at"), h("p", {}, h("code", {}, place)));
  if (group.site !== null)
    parts.push(
      h(
        "h4",
        {},
        group.siteInferred === undefined ? "Allocated at" : `Allocated at (${inferenceText(group.siteInferred)})`,
      ),
      stackElement(group.site.stack, report),
    );
  if (group.holds.length > 0) {
    parts.push(
      h("h4", {}, "Holds"),
      h(
        "ul",
        {},
        ...group.holds.map((held) =>
          h("li", {}, `${held.type} ×${groupDigits(held.count)}, ${formatSize(held.bytes)}`),
        ),
      ),
    );
  }
  if (group.knownOfNode !== null) parts.push(h("p", {}, `A leak of Node's own: ${group.knownOfNode}`));
  if (group.hint !== null) parts.push(h("p", { class: "advice" }, hintText(group.hint)));
  if (parts.length === 0) parts.push(h("p", { class: "hint" }, "No more is known of it."));
  parts.push(h("h4", {}, "Signature"), h("p", {}, h("code", {}, group.signature)));
  return parts;
}

export function makeLimits(panel: HTMLElement, summary: RunSummary, report: RunReport): void {
  panel.append(h("h2", {}, "Limits that were broken"));
  if (summary.breaches.length === 0) panel.append(h("p", { class: "hint" }, "No limit was broken."));
  append(panel, summary.breaches, (broken) =>
    h(
      "section",
      { class: "finding" },
      h("h3", {}, testName(broken.test.name), " ", h("code", {}, placeOfSubject(broken))),
      h("p", { class: "bad" }, breachText(broken.breach)),
      sitesElement(broken.test.sites, report, 3),
    ),
  );
  const improved = improvedTests(report);
  if (improved.length > 0) {
    panel.append(
      h("h2", {}, "Better than the baseline"),
      h("p", { class: "hint" }, "The runner's -u takes them over."),
    );
    append(panel, improved, (each) =>
      h(
        "section",
        { class: "finding" },
        h("h3", {}, testName(each.test.name), " ", h("code", {}, placeOfSubject(each))),
        h("p", { class: "good" }, improvementText(each.improvement)),
      ),
    );
  }
  panel.append(...baselineNotes(report).map((note) => h("p", { class: "hint" }, note)));
}

/** The first entries, and a button that makes the next ones. */
function append<T>(panel: HTMLElement, entries: readonly T[], make: (entry: T) => HTMLElement): void {
  let shown = 0;
  const list = h("div", {});
  const more = h("button", { class: "plain", on: { click: () => next() } });
  const next = (): void => {
    list.append(...entries.slice(shown, shown + PAGE).map(make));
    shown = Math.min(entries.length, shown + PAGE);
    more.hidden = shown === entries.length;
    more.textContent = `Show more (${entries.length - shown} left)`;
  };
  panel.append(list, more);
  next();
}
