import type { LeakGroup, LeakReport, LeakSpace } from "../leaks/types.js";
import { formatSize, groupDigits } from "../sizes/format-size.js";
import { wrapText } from "./layout.js";
import { countText, groupLines } from "./leak-group-section.js";
import { counted } from "./numbers.js";
import type { AssertionOutcome, MessageContext } from "./outcome.js";
import { type MessageStyle, PLAIN_STYLE } from "./style.js";

const DOCS = "docs/matchers/toNotLeak.md";
/** Groups that a short message shows in full. */
const SHORT_GROUPS = 2;

export interface LeakAssertion {
  /** How the call reads: `expect(fn).toNotLeak()`. */
  readonly headline: string;
  readonly report: LeakReport;
  /** An inconclusive verdict fails. */
  readonly strict: boolean;
  readonly context: MessageContext;
}

/** Passes when nothing grows with the calls; an inconclusive verdict passes, too, unless `strict`. */
export function assertNotLeak(assertion: LeakAssertion): AssertionOutcome<LeakReport> {
  const { report, strict } = assertion;
  return {
    pass: report.verdict === "clean" || (report.verdict === "inconclusive" && !strict),
    facts: report,
    message: (style = PLAIN_STYLE) => leakMessage(assertion, style),
  };
}

/** What is told of a check that passed although it could not decide. */
export function inconclusiveNotice({ headline, report }: LeakAssertion): string {
  return `memspec: ${headline} passed, but is inconclusive. ${decisionText(report)}`;
}

function leakMessage(assertion: LeakAssertion, style: MessageStyle): string {
  const { headline, report, context } = assertion;
  return [
    style.strong(headline),
    "",
    ...verdictLines(assertion, style),
    ...groupsLines(report.groups, context, style),
    ...ignoredLines(report, style),
    ...notesLines(report, context, style),
    "",
    ...nextLines(assertion),
  ].join("\n");
}

function verdictLines({ report }: LeakAssertion, style: MessageStyle): readonly string[] {
  const calls = `${counted(report.calls.total, "call")}`;
  switch (report.verdict) {
    case "leak": {
      const what = report.groups.length === 1 ? "something grows" : `${report.groups.length} things grow`;
      return [`  ${style.bad("leak")}: ${what} with every call: ${growth(report)}  ${style.faint(`(${calls})`)}`];
    }
    case "inconclusive":
      return wrapText(`inconclusive after ${calls}. ${decisionText(report)}`, 2);
    case "clean":
      return [`  ${style.good("clean")}: nothing grows with the calls  ${style.faint(`(${calls})`)}`];
  }
}

/** "1.2 kB of heap, 1 handle a call": of the spaces that something leaks in; the rest is noise. */
function growth({ growth: of, groups }: LeakReport): string {
  const leaks = (space: LeakSpace): boolean => groups.some((group) => group.space === space);
  const parts: string[] = [];
  for (const [bytes, words, counts] of [
    [of.heapBytes, "heap", leaks("heap") || leaks("handles")],
    [of.buffersBytes, "buffers", leaks("buffers")],
    [of.nativeBytes, "native memory", leaks("native")],
  ] as const) {
    const rounded = Math.round(bytes ?? 0);
    if (counts && rounded > 0) parts.push(`${formatSize(rounded)} of ${words}`);
  }
  if (leaks("handles") && of.handles !== null && of.handles > 0) parts.push(`${countText(of.handles)} handles`);
  return parts.length === 0 ? "less than 1 B" : parts.join(", ");
}

function decisionText({ reason, callsToDecide }: LeakReport): string {
  const why = reason ?? "So few calls cannot tell a leak from a late plateau.";
  if (callsToDecide === null) return why;
  return `${why} About ${groupDigits(callsToDecide)} calls would decide.`;
}

function groupsLines(groups: readonly LeakGroup[], context: MessageContext, style: MessageStyle): readonly string[] {
  const shown = context.verbose ? groups : groups.slice(0, SHORT_GROUPS);
  const lines = shown.flatMap((group) => ["", ...groupLines(group, context, style)]);
  const rest = groups.slice(shown.length);
  if (rest.length === 0) return lines;
  const types = [...new Set(rest.map((group) => group.type))];
  const named = types.slice(0, 4).join(", ");
  const more = types.length > 4 ? `, and ${types.length - 4} other types` : "";
  return [
    ...lines,
    "",
    ...wrapText(`${rest.length} more like ${rest.length === 1 ? "this" : "these"}: ${named}${more}`, 2),
  ];
}

function ignoredLines({ ignored }: LeakReport, style: MessageStyle): readonly string[] {
  if (ignored.length === 0) return [];
  return ["", ...ignored.map(({ group, reason }) => `  ${style.faint(`ignored: ${group.type} (${reason})`)}`)];
}

function notesLines(
  { capabilities, reason, verdict }: LeakReport,
  context: MessageContext,
  style: MessageStyle,
): readonly string[] {
  const notes = verdict === "leak" || context.isNot ? [...capabilities.notes] : [];
  if (verdict === "leak" && reason !== null) notes.push(reason);
  if (!capabilities.paths.available) notes.push(`What keeps it alive is unknown: ${capabilities.paths.reason}.`);
  if (notes.length === 0) return [];
  return ["", ...notes.flatMap((note) => wrapText(note, 2)).map((line) => style.faint(line))];
}

function nextLines({ report, context, strict }: LeakAssertion): readonly string[] {
  if (context.isNot) return wrapText("`.not` asserts that the function leaks.", 2);
  if (report.verdict === "inconclusive" && strict) {
    return wrapText("give { runs } so that the calls decide, or leave { strict } out.", 2, "Next: ");
  }
  const first = report.groups[0];
  const look =
    first?.path != null
      ? "break the chain that keeps it alive"
      : first?.site == null
        ? "look for what each call leaves behind"
        : "look at the place that allocated it";
  const verbose = context.verbose ? "" : " { verbose: true } shows every group and whole stacks;";
  return wrapText(
    `${look};${verbose} what is meant to stay goes into { ignore } or { allow }. See ${DOCS}.`,
    2,
    "Next: ",
  );
}
