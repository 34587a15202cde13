/** One leaking group in a message: what, how much, where allocated, why alive, what it holds, what helps. */

import type { LeakGroup } from "../leaks/types.js";
import { formatSize, groupDigits } from "../sizes/format-size.js";
import { foldedText, readStack } from "./frames.js";
import { wrapText } from "./layout.js";
import { hintText } from "./leak-hints.js";
import type { MessageContext } from "./outcome.js";
import { pathLines, placeText } from "./retaining-path.js";
import { inferenceText } from "./site-inference.js";
import type { MessageStyle } from "./style.js";

const SHORT_CALLERS = 2;
const SHORT_HELD = 3;
const INDENT = 4;

/** A group as a whole run's reports tell it: with what it is known again by. */
export type ShownGroup = LeakGroup & { readonly signature?: string };

export function groupLines(group: ShownGroup, context: MessageContext, style: MessageStyle): readonly string[] {
  // Where Node keeps its own classes helps nobody.
  const place = group.place?.url.startsWith("node:") === true ? "" : placeText(group.place, context.root);
  const head = `  ${style.bad("●")} ${style.strong(group.type)}${place === "" ? "" : `  ${style.place(place)}`}  ${style.faint(`(${group.space})`)}`;
  return [
    head,
    ...labelled("grows", growthTexts(group, context.per ?? "call"), style),
    ...labelled("allocated", siteTexts(group, context), style),
    ...labelled("alive by", aliveTexts(group, context), style),
    ...labelled("holds", heldTexts(group, context), style),
    ...(group.knownOfNode === null ? [] : wrapped("known", `a leak of Node's own: ${group.knownOfNode}`)),
    ...(group.hint === null ? [] : wrapped("hint", hintText(group.hint))),
    ...(group.signature === undefined ? [] : labelled("signature", [group.signature], style)),
  ];
}

/** "1 a call, 64 B; 1.2 kB a call with all that it holds" */
function growthTexts(group: LeakGroup, per: string): readonly string[] {
  const parts: string[] = [];
  if (group.countPerCall !== null) parts.push(`${countText(group.countPerCall)} a ${per}`);
  if (group.bytesPerCall !== null) parts.push(`${formatSize(Math.round(group.bytesPerCall))} a ${per}`);
  const own = parts.join(", ");
  const held = group.retainedBytes;
  if (own === "") return [];
  if (held === null || group.bytesPerCall === null || held <= group.bytesPerCall) return [own];
  return [`${own}; ${formatSize(Math.round(held))} a ${per} with what it holds`];
}

/** Up to two decimals: 1, 0.33, 2.5. */
export function countText(count: number): string {
  if (Number.isInteger(count)) return groupDigits(count);
  return count < 0.01 ? "less than 0.01" : String(Number(count.toFixed(2)));
}

const LABEL_WIDTH = 11;

function labelled(label: string, texts: readonly string[], style: MessageStyle): readonly string[] {
  return texts.map((text, index) => {
    const name = (index === 0 ? label : "").padEnd(LABEL_WIDTH);
    return `${" ".repeat(INDENT)}${style.faint(name)}${text}`;
  });
}

function wrapped(label: string, text: string): readonly string[] {
  return wrapText(text, INDENT, label.padEnd(LABEL_WIDTH));
}

function siteTexts({ site, siteInferred }: LeakGroup, context: MessageContext): readonly string[] {
  if (site === null) return [];
  const { place, through, callers } = readStack(site.stack, context.root, context.verbose);
  if (place === null) return [];
  const where = place.where === "" ? place.name : `${place.name}  ${place.where}`;
  const texts = [siteInferred === undefined ? where : `${where} (${inferenceText(siteInferred)})`];
  const [inner] = through;
  if (inner !== undefined)
    texts.push(`  in ${inner.name}${through.length > 1 ? `, ${through.length - 1} deeper` : ""}`);
  const shown = context.verbose ? callers : callers.slice(0, SHORT_CALLERS);
  for (const caller of shown) {
    texts.push(
      caller.kind === "folded"
        ? `  from ${foldedText(caller)}`
        : `  from ${caller.place.name}${caller.place.where === "" ? "" : `  ${caller.place.where}`}`,
    );
  }
  return texts;
}

function aliveTexts({ path }: LeakGroup, context: MessageContext): readonly string[] {
  if (path === null) return [];
  const lines = pathLines(path, context.root, INDENT + LABEL_WIDTH).map((line) => line.trimStart());
  if (!path.avoided) return lines;
  return [...lines, "(by way of the runner or memspec: no other way was found)"];
}

function heldTexts({ holds }: LeakGroup, context: MessageContext): readonly string[] {
  if (holds.length === 0) return [];
  const shown = context.verbose ? holds : holds.slice(0, SHORT_HELD);
  const texts = shown.map((held) => `${held.type} ×${groupDigits(held.count)} (${formatSize(held.bytes)})`);
  const rest = holds.length - shown.length;
  return [`${texts.join(", ")}${rest > 0 ? `, ${rest} more ${rest === 1 ? "type" : "types"}` : ""}`];
}
