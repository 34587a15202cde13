/** What is told by name: workers that died, limits that broke, leaks, notes. */

import { wrapText } from "../../assertions/layout.js";
import { groupLines } from "../../assertions/leak-group-section.js";
import { siteBytes } from "../../assertions/numbers.js";
import type { MessageContext } from "../../assertions/outcome.js";
import type { MessageStyle } from "../../assertions/style.js";
import type { Artifact, RunLeakGroup, RunReport } from "../../runs/run-report.js";
import {
  type BrokenLimit,
  type Death,
  type FoundLeaks,
  fileTitle,
  placeOfSubject,
  type Subject,
  testName,
} from "../run-summary.js";
import { breachText, deathText, durationText, lastLevels, many } from "../sentences.js";
import { placesOf, REPORT_ROOT, withSite } from "../stacks.js";

export interface SectionOptions {
  readonly verbose: boolean;
  /** Most entries that are told in full; further ones are counted. */
  readonly most: number;
}

const DEATH_PLACES = 3;

export function deathLines(deaths: readonly Death[], report: RunReport, style: MessageStyle): readonly string[] {
  return deaths.flatMap(({ file, death }) => {
    const levels = lastLevels(death);
    const when = death.last === null ? "" : `, ${durationText(death.last.ms)} into the run`;
    const ran =
      death.test === null
        ? "while no test ran: in a hook, or in a module"
        : `in the test ${style.strong(testName(death.test))}`;
    return [
      `${style.bad("✗")} ${style.strong(`A worker died: ${deathText(death)}`)}`,
      `    ${style.place(fileTitle(file))}`,
      `    ${ran}`,
      `    ${levels === "" ? "no levels were read before it died" : `last read: ${levels}${when}`}`,
      ...placesOf(death.sites, report)
        .slice(0, DEATH_PLACES)
        .map(({ bytes, estimated, space, stack }) =>
          `    ${siteBytes(bytes, estimated)} ${style.faint(space)}  ${stack.place?.name ?? "(no stack)"}  ${style.place(stack.place?.where ?? "")}`.trimEnd(),
        ),
    ];
  });
}

export function breachLines(
  breaches: readonly BrokenLimit[],
  report: RunReport,
  options: SectionOptions,
  style: MessageStyle,
): readonly string[] {
  if (breaches.length === 0) return [];
  const shown = breaches.slice(0, options.most);
  return [
    style.strong(`${many(breaches.length, "limit")} broken`),
    ...shown.flatMap((broken) => {
      const [hottest] = placesOf(broken.test.sites, report);
      const where = hottest?.stack.place?.where ?? "";
      return [
        `  ${style.bad("●")} ${testName(broken.test.name)}  ${style.place(placeOfSubject(broken))}`,
        `    ${breachText(broken.breach)}`,
        ...(hottest === undefined
          ? []
          : [
              `    ${style.faint("most in")} ${hottest.stack.place?.name ?? ""}  ${style.place(where)}  ${style.faint(siteBytes(hottest.bytes, hottest.estimated))}`,
            ]),
      ];
    }),
    ...restLine(breaches.length - shown.length, "limit", style),
  ];
}

/** The same leak in several files or tests is told once, with all of its places. */
export function leakLines(
  leaks: readonly FoundLeaks[],
  report: RunReport,
  options: SectionOptions,
  style: MessageStyle,
): readonly string[] {
  if (leaks.length === 0) return [];
  const bySignature = new Map<string, { readonly group: RunLeakGroup; readonly subjects: Subject[] }>();
  for (const found of leaks) {
    for (const group of found.leaks.groups) {
      const known = bySignature.get(group.signature) ?? { group, subjects: [] };
      known.subjects.push(found);
      bySignature.set(group.signature, known);
    }
  }
  const all = [...bySignature.values()];
  const shown = all.slice(0, options.most);
  const context: MessageContext = { root: REPORT_ROOT, isNot: false, verbose: options.verbose };
  const files = new Set(leaks.map(({ file }) => file)).size;
  return [
    style.strong(`${many(all.length, "leak")} in ${many(files, "file")}`),
    ...shown.flatMap(({ group, subjects }) => [
      ...groupLines(withSite(group, report), { ...context, per: perOf(subjects) }, style),
      ...subjectLines(subjects, options, style),
    ]),
    ...restLine(all.length - shown.length, "leak", style),
  ];
}

/** A whole file's growth is told for each of its tests, a test's for each call of its body. */
function perOf(subjects: readonly Subject[]): "call" | "test" {
  return subjects[0]?.test === null ? "test" : "call";
}

const SHORT_SUBJECTS = 2;

/** Where a leak was found, below its evidence: in the columns of groupLines. */
function subjectLines(subjects: readonly Subject[], options: SectionOptions, style: MessageStyle): readonly string[] {
  const shown = options.verbose ? subjects : subjects.slice(0, SHORT_SUBJECTS);
  const rest = subjects.length - shown.length;
  const texts = [
    ...shown.map((subject) => {
      const name = subject.test === null ? "" : `  ${testName(subject.test.name)}`;
      return `${style.place(placeOfSubject(subject))}${name}`;
    }),
    ...(rest > 0 ? [style.faint(`and ${many(rest, "more place")}`)] : []),
  ];
  return texts.map((text, index) => `    ${style.faint((index === 0 ? "found in" : "").padEnd(11))}${text}`);
}

/** What would be a leak, were it not ignored or known: a line each, with the reason. */
export function ignoredLines(
  checks: readonly FoundLeaks[],
  options: SectionOptions,
  style: MessageStyle,
): readonly string[] {
  const reasons = new Map<string, string>();
  for (const { leaks } of checks) {
    for (const { group, reason } of leaks.ignored) {
      // What a call says is allowed has its own place, the call.
      if (reason !== "allowed")
        reasons.set(`${group.signature}\n${reason}`, `${group.signature}  ${style.faint(reason)}`);
    }
  }
  if (reasons.size === 0) return [];
  const shown = [...reasons.values()].slice(0, options.most);
  return [
    `${many(reasons.size, "leak")} ignored or known`,
    ...shown.map((text) => `  ${text}`),
    ...restLine(reasons.size - shown.length, "leak", style),
  ];
}

/** Checks that could not decide: a line each where they are asked for, else their number. */
export function inconclusiveLines(
  checks: readonly FoundLeaks[],
  options: SectionOptions,
  style: MessageStyle,
): readonly string[] {
  if (checks.length === 0) return [];
  const title = `${many(checks.length, "leak check")} could not decide`;
  if (!options.verbose) return [style.faint(title)];
  return [
    title,
    ...checks.map((found) => {
      const name = found.test === null ? "the file as a whole" : testName(found.test.name);
      return `  ${name}  ${style.place(placeOfSubject(found))}${found.leaks.reason === null ? "" : `  ${found.leaks.reason}`}`;
    }),
  ];
}

const SHORT_ARTIFACTS = 5;

/** Files that were written for failed tests, and captures. */
export function artifactLines(report: RunReport, options: SectionOptions, style: MessageStyle): readonly string[] {
  const all = report.files.flatMap((file) => [
    ...(file.artifacts ?? []),
    ...file.tests.flatMap(({ artifacts }) => artifacts ?? []),
  ]);
  const captures = all.filter(({ kind }) => kind === "capture");
  return [
    ...captureLines(captures, options, style),
    ...devToolsLines(
      all.filter(({ kind }) => kind !== "capture"),
      options,
      style,
    ),
  ];
}

function captureLines(all: readonly Artifact[], options: SectionOptions, style: MessageStyle): readonly string[] {
  if (all.length === 0) return [];
  const shown = options.verbose ? all : all.slice(0, SHORT_ARTIFACTS);
  return [
    `${style.strong(many(all.length, "capture"))}: memspec flamegraph, table, tree, summary or stats FILE`,
    ...shown.map(({ path }) => `  ${style.place(path)}`),
    ...restLine(all.length - shown.length, "capture", style),
  ];
}

function devToolsLines(all: readonly Artifact[], options: SectionOptions, style: MessageStyle): readonly string[] {
  if (all.length === 0) return [];
  const shown = options.verbose ? all : all.slice(0, SHORT_ARTIFACTS);
  const snapshots = all.some(({ kind }) => kind === "heapsnapshot");
  return [
    `${style.strong(`${many(all.length, "file")} of failed tests`)} for Chrome DevTools (Memory, Load profile)`,
    ...shown.map(({ path }) => `  ${style.place(path)}`),
    ...restLine(all.length - shown.length, "file", style),
    ...(snapshots
      ? wrapText(
          "Heap snapshots hold the program's data: strings, secrets, whatever was alive. Look before you share one.",
          2,
        )
      : []),
  ];
}

export function noteLines(notes: readonly string[]): readonly string[] {
  return notes.flatMap((note) => wrapText(note, 2, "note: "));
}

function restLine(rest: number, word: string, style: MessageStyle): readonly string[] {
  return rest > 0 ? [style.faint(`  … and ${many(rest, `more ${word}`)}`)] : [];
}
