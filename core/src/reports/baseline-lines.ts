/** What a run says of its baselines beside what broke them: improvements, what was recorded, what nobody asks for. Pure. */

import type { MessageStyle } from "../assertions/style.js";
import type { FileReport, RunImprovement, RunReport, TestReport } from "../runs/run-report.js";
import { formatBytesExact, formatSize } from "../sizes/format-size.js";
import { placeOfSubject, testName } from "./run-summary.js";
import { many } from "./sentences.js";

/** A test with a figure that is better than its baseline. */
export interface Improved {
  readonly file: FileReport;
  readonly test: TestReport;
  readonly improvement: RunImprovement;
}

export function improvedTests(report: RunReport): readonly Improved[] {
  return report.files.flatMap((file) =>
    file.tests.flatMap((test) => (test.improvements ?? []).map((improvement) => ({ file, test, improvement }))),
  );
}

/** "allocated (buffers) 1 MB, recorded 2 MB (baseline)" */
export function improvementText({ of, space, baselineBytes, actualBytes, source }: RunImprovement): string {
  const size = formatSize(actualBytes) === formatSize(baselineBytes) ? formatBytesExact : formatSize;
  return `${of}${space === "total" ? "" : ` (${space})`} ${size(actualBytes)}, recorded ${size(baselineBytes)} (${source})`;
}

/** "5 baselines recorded, 1 updated, 2 removed"; "" where nothing was. */
export function recordedText(report: RunReport): string {
  const sum = (key: "written" | "updated" | "removed"): number =>
    report.files.reduce((total, { baselines }) => total + (baselines?.[key] ?? 0), 0);
  const [written, updated, removed] = [sum("written"), sum("updated"), sum("removed")];
  const parts = [
    ...(written > 0 ? [`${written} recorded`] : []),
    ...(updated > 0 ? [`${updated} updated`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
  ];
  return parts.length === 0 ? "" : `Baselines: ${parts.join(", ")}.`;
}

/** A sentence for each file with something that weakens its comparison, or that can go. */
export function baselineNotes(report: RunReport): readonly string[] {
  return report.files.flatMap(({ baselines }) => {
    if (baselines === undefined) return [];
    const { file, obsolete, notes } = baselines;
    const [first] = obsolete;
    const others = obsolete.length > 1 ? ` and ${obsolete.length - 1} more` : "";
    return [
      ...(first === undefined
        ? []
        : [
            `${file}: ${many(obsolete.length, "entry").replace("entrys", "entries")} that no test asks for ("${first}"${others}); -u removes what is obsolete.`,
          ]),
      ...notes.map((note) => `${file}: ${note}`),
    ];
  });
}

/** Lines for a terminal. */
export function improvementLines(report: RunReport, most: number, style: MessageStyle): readonly string[] {
  const improved = improvedTests(report);
  if (improved.length === 0) return [];
  const shown = improved.slice(0, most);
  const rest = improved.length - shown.length;
  return [
    `${style.strong(`${many(improved.length, "figure")} better than the baseline`)}  ${style.faint("-u takes them over")}`,
    ...shown.flatMap((each) => [
      `  ${style.good("●")} ${testName(each.test.name)}  ${style.place(placeOfSubject(each))}`,
      `    ${improvementText(each.improvement)}`,
    ]),
    ...(rest > 0 ? [style.faint(`  … and ${many(rest, "more figure")}`)] : []),
  ];
}
