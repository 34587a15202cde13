/** The report of a run as Markdown: for GitHub's step summary, or a comment on a pull request. Pure. */

import type { RunReport } from "../../runs/run-report.js";
import { formatSize } from "../../sizes/format-size.js";
import { baselineNotes, improvedTests, improvementText } from "../baseline-lines.js";
import { type FileRow, fileTitle, peakOf, placeOfSubject, summariseRun, testName } from "../run-summary.js";
import {
  breachText,
  deathText,
  durationText,
  lastLevels,
  leakedText,
  leakTypes,
  machineText,
  many,
  notesOf,
} from "../sentences.js";

export interface MarkdownOptions {
  /** Rows of the table; default 20. */
  readonly rows?: number;
}

const ROWS = 20;
const ENTRIES = 20;

export function renderMarkdown(report: RunReport, options: MarkdownOptions = {}): string {
  const summary = summariseRun(report);
  const duration = report.durationMs === null ? "" : `, ${durationText(report.durationMs)}`;
  const parts: string[] = [
    `### Memory: ${many(report.files.length, "file")}, ${many(summary.testCount, "test")}${duration}`,
    escapeMarkdown(machineText(report)),
  ];
  if (summary.deaths.length > 0) {
    const lines = summary.deaths.map(({ file, death }) => {
      const test = death.test === null ? "no test ran" : testName(death.test);
      const levels = lastLevels(death);
      return `- ${code(fileTitle(file))}: **${escapeMarkdown(deathText(death))}**, ${escapeMarkdown(test)}${levels === "" ? "" : `; last read: ${levels}`}`;
    });
    parts.push(titled("Workers that died", lines));
  }
  if (summary.breaches.length > 0) {
    const lines = summary.breaches.map(
      (broken) =>
        `- ${escapeMarkdown(testName(broken.test.name))} (${code(placeOfSubject(broken))}): ${escapeMarkdown(breachText(broken.breach))}`,
    );
    parts.push(titled(`${many(summary.breaches.length, "limit")} broken`, lines));
  }
  const improved = improvedTests(report);
  if (improved.length > 0) {
    const lines = improved.map(
      (each) =>
        `- ${escapeMarkdown(testName(each.test.name))} (${code(placeOfSubject(each))}): ${escapeMarkdown(improvementText(each.improvement))}`,
    );
    parts.push(titled(`${many(improved.length, "figure")} better than the baseline; \`-u\` takes them over`, lines));
  }
  if (summary.leaks.length > 0) {
    const lines = summary.leaks.map((found) => {
      const name = found.test === null ? "the file as a whole" : testName(found.test.name);
      return `- ${escapeMarkdown(name)} (${code(placeOfSubject(found))}): ${escapeMarkdown(leakTypes(found.leaks))}`;
    });
    parts.push(titled(`${many(summary.leaks.length, "leak")} found`, lines));
  }
  const rows = options.rows ?? ROWS;
  if (summary.rows.length > 0) parts.push(tableOf(summary.rows.slice(0, rows), summary.looksForLeaks));
  const rest = summary.rows.length - rows;
  if (rest > 0) parts.push(`… ${many(rest, "more file")} with lower peaks.`);
  for (const note of [...notesOf(report), ...baselineNotes(report)]) parts.push(`> ${escapeMarkdown(note)}`);
  return `${parts.join("\n\n")}\n`;
}

function titled(title: string, lines: readonly string[]): string {
  const rest = lines.length - ENTRIES;
  return [`**${title}**`, "", ...lines.slice(0, ENTRIES), ...(rest > 0 ? [`- … and ${rest} more`] : [])].join("\n");
}

function tableOf(rows: readonly FileRow[], withLeaks: boolean): string {
  const heads = [
    "file",
    "peak",
    "heap",
    "buffers",
    "native",
    "allocated",
    ...(withLeaks ? ["leaked"] : []),
    "hottest site",
  ];
  const rules = heads.map((_, index) => (index === 0 || index === heads.length - 1 ? "---" : "---:"));
  const lines = rows.map((row) => {
    const { figures } = row;
    const failed = row.file.state === "failed" || row.file.state === "died" ? ` (${row.file.state})` : "";
    return [
      `${code(fileTitle(row.file))}${failed}`,
      `**${formatSize(peakOf(row))}**`,
      formatSize(figures?.heap.peakBytes ?? null),
      formatSize(figures?.buffers.peakBytes ?? null),
      formatSize(figures?.native.peakBytes ?? null),
      formatSize(figures?.total.allocatedBytes ?? null),
      ...(withLeaks ? [leakedText(row.leaked)] : []),
      row.hottest === "" ? "" : code(row.hottest),
    ];
  });
  return markdownTable(heads, rules, lines);
}

export function markdownTable(
  heads: readonly string[],
  rules: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [heads, rules, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Text that is shown as it is: names of tests hold anything. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\r\n]+/gu, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_{}[\]#|~@]/gu, "\\$&");
}

/** A code span, which may hold backticks; "|" would end a cell of a table even in it. */
export function code(text: string): string {
  const plain = text.replaceAll(/[\r\n]+/gu, " ").replaceAll("|", "\\|");
  return plain.includes("`") ? `\`\` ${plain} \`\`` : `\`${plain}\``;
}
