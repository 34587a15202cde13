/** A comparison of two runs as Markdown, to be read in a terminal and in a pull request. Pure. */

import { formatSize } from "../../sizes/format-size.js";
import { code, escapeMarkdown, markdownTable } from "../ci/markdown.js";
import { many } from "../sentences.js";
import type { ComparedSubject, FigureChange, LeakChange, RunComparison, Tolerance } from "./compare-runs.js";

/** Most rows of a table; a comment on a pull request holds 65,536 characters. */
const ROWS = 50;

const VERDICTS: Readonly<Record<RunComparison["verdict"], string>> = {
  same: "no change beyond the tolerance",
  worse: "worse",
  better: "better",
};

export function renderComparison(comparison: RunComparison, tolerance: Tolerance): string {
  const parts: string[] = [`### Memory: ${VERDICTS[comparison.verdict]}`];
  const add = (title: string, body: string): number => parts.push(`**${title}**`, body);
  if (comparison.newDeaths.length > 0)
    add("Workers that died, and did not before", listed(comparison.newDeaths.map(code)));
  if (comparison.newLeaks.length > 0) add("New leaks", listed(comparison.newLeaks.map(leakText)));
  if (comparison.worse.length > 0) add(`Worse (${comparison.worse.length})`, tableOf(comparison.worse));
  if (comparison.better.length > 0) add(`Better (${comparison.better.length})`, tableOf(comparison.better));
  if (comparison.goneLeaks.length > 0) add("Leaks that are gone", listed(comparison.goneLeaks.map(leakText)));
  if (comparison.goneDeaths.length > 0) add("Workers that died before", listed(comparison.goneDeaths.map(code)));
  parts.push(countsText(comparison, tolerance));
  return `${parts.join("\n\n")}\n`;
}

function countsText({ compared, comparedFiles, added, removed, unknown }: RunComparison, tolerance: Tolerance): string {
  const counts = [
    `${many(comparedFiles, "file")} and ${many(compared, "test")} compared`,
    ...(added > 0 ? [`${many(added, "test")} new`] : []),
    ...(removed > 0 ? [`${many(removed, "test")} gone`] : []),
    ...(unknown > 0 ? [`${unknown} without figures in one of the runs`] : []),
  ];
  const percent = Number((tolerance.relative * 100).toFixed(2));
  return `${counts.join(", ")}. A change counts when it is more than ${percent}% and more than ${formatSize(tolerance.absoluteBytes)}.`;
}

function tableOf(changes: readonly FigureChange[]): string {
  const rows = changes
    .slice(0, ROWS)
    .map((change) => [
      subjectText(change),
      change.figure,
      formatSize(change.baseBytes),
      formatSize(change.headBytes),
      differenceText(change),
    ]);
  const table = markdownTable(
    ["test", "figure", "base", "head", "change"],
    ["---", "---", "---:", "---:", "---:"],
    rows,
  );
  const rest = changes.length - rows.length;
  return rest > 0 ? `${table}\n\n… and ${rest} more` : table;
}

/** "+12.3 MB (+25%)" */
function differenceText({ baseBytes, headBytes }: FigureChange): string {
  const difference = headBytes - baseBytes;
  const sign = difference > 0 ? "+" : "−";
  const size = `${sign}${formatSize(Math.abs(difference))}`;
  if (baseBytes === 0) return size;
  return `${size} (${sign}${Math.round((Math.abs(difference) / baseBytes) * 100)}%)`;
}

function subjectText({ file, project, test }: ComparedSubject): string {
  const name = code(project === null ? file : `[${project}] ${file}`);
  return test === null ? `${name} (file)` : `${name} ${escapeMarkdown(test)}`;
}

function leakText(leak: LeakChange): string {
  return `${subjectText(leak)}: ${escapeMarkdown(leak.type)}`;
}

function listed(lines: readonly string[]): string {
  const rest = lines.length - ROWS;
  return [...lines.slice(0, ROWS), ...(rest > 0 ? [`… and ${rest} more`] : [])].map((line) => `- ${line}`).join("\n");
}
