/** Where the memory was allocated: the largest places, what they called, who called them. */

import type { AssertableSpace, Measurement } from "../capture/measurement.js";
import { type FigureName, figureOf, SITE_FIGURES } from "./figures.js";
import { type Caller, foldedText, type Place, type ReadableStack } from "./frames.js";
import { alignColumns, MESSAGE_WIDTH, shorten } from "./layout.js";
import { percent, siteBytes } from "./numbers.js";
import type { MessageContext } from "./outcome.js";
import { type AllocatingPlace, gatherPlaces } from "./places.js";
import type { MessageStyle } from "./style.js";

const SHORT = { places: 3, callers: 2, furtherCallers: 1 } as const;
const LONG = { places: 20, callers: Number.POSITIVE_INFINITY, furtherCallers: Number.POSITIVE_INFINITY } as const;

/** Longest name and place in a column of the short form, so that lines stay within the message's width. */
const NAME_WIDTH = 28;
const WHERE_WIDTH = 44;

/** Places of one figure, or what is nearest to it where the figure is not known per site. */
interface PlaceGroup {
  readonly heading: string;
  readonly places: readonly AllocatingPlace[];
  readonly wholeBytes: number;
}

/** @param spaces those that were asked about: sites of others are not shown */
export function sitesSection(
  measured: Measurement,
  spaces: readonly AssertableSpace[],
  figure: FigureName,
  context: MessageContext,
  style: MessageStyle,
): readonly string[] {
  const measurement = { ...measured, sites: measured.sites.filter((site) => spaces.includes(site.space)) };
  const groups = groupsOf(measurement, figure, context);
  if (groups.length === 0) return [`  ${whyNoPlaces(measurement, figure)}`];
  const detail = context.verbose ? LONG : SHORT;
  const perGroup = groups.length === 1 ? detail.places : Math.max(2, detail.places - 1);
  return groups.flatMap((group, index) => [
    ...(index === 0 ? [] : [""]),
    `  ${style.strong(group.heading)}`,
    ...placesLines(group, perGroup, index === 0, context, style),
  ]);
}

function groupsOf(measurement: Measurement, figure: FigureName, context: MessageContext): readonly PlaceGroup[] {
  const gathered = (sites: Measurement["sites"], by: "bytes" | "peakBytes" | "retainedBytes") =>
    gatherPlaces(sites, by, context.root, context.verbose);
  const totalBytes = figureOf(measurement, figure);
  const stacked = coverageText(measurement);
  if (figure !== "peak") {
    const places = gathered(measurement.sites, SITE_FIGURES[figure]);
    const what = figure === "retained" ? "Where the retained memory was allocated" : "Where it was allocated";
    return places.length === 0 ? [] : [{ heading: `${what}${stacked}`, places, wholeBytes: totalBytes }];
  }
  const atPeak = gathered(measurement.sites, "peakBytes");
  const unknown = gathered(
    measurement.sites.filter((site) => site.peakBytes === null),
    "bytes",
  );
  const groups: PlaceGroup[] = [];
  if (atPeak.length > 0) {
    groups.push({ heading: `Alive at the peak${stacked}`, places: atPeak, wholeBytes: totalBytes });
  }
  if (unknown.length > 0) {
    groups.push({
      heading: `Allocated on the heap in the span; how much was alive at the peak is not known${groups.length === 0 ? stacked : ""}`,
      places: unknown,
      wholeBytes: measurement.heap.allocatedBytes ?? 0,
    });
  }
  return groups;
}

/** " (stacks for 97% of the allocated bytes)" */
function coverageText(measurement: Measurement): string {
  const share = measurement.coverage.total;
  if (share === null) return "";
  return ` (${share >= 1 ? "every allocated byte has a stack" : `stacks for ${percent(share, 1)} of the allocated bytes`})`;
}

function whyNoPlaces(measurement: Measurement, figure: FigureName): string {
  if (measurement.sampleInterval === 0) return "No stacks were taken, so no place can be named.";
  const stacks = measurement.capabilities.stacks;
  if (!stacks.available) return `No place can be named: ${stacks.reason}.`;
  return figure === "retained"
    ? "No stack is known for what is retained."
    : "No allocation was large enough to be sampled, so no place can be named.";
}

function placesLines(
  group: PlaceGroup,
  limit: number,
  first: boolean,
  context: MessageContext,
  style: MessageStyle,
): readonly string[] {
  const shown = group.places.slice(0, limit);
  const heads = alignColumns(
    shown.map((place) => [
      { text: siteBytes(place.bytes, place.estimated), align: "right" as const },
      { text: percent(place.bytes, group.wholeBytes), align: "right" as const },
      { text: place.space, paint: style.faint },
      { text: nameOf(place.stack, context), paint: style.strong },
      { text: whereOf(place.stack, context), paint: style.place },
    ]),
    4,
  );
  const lines: string[] = [];
  shown.forEach((place, index) => {
    lines.push(heads[index] ?? "");
    const detail = context.verbose ? LONG : SHORT;
    lines.push(...pathLines(place, first && index === 0 ? detail.callers : detail.furtherCallers, context, style));
  });
  const rest = group.places.slice(limit);
  if (rest.length > 0) {
    const bytes = rest.reduce((sum, place) => sum + place.bytes, 0);
    const estimated = rest.some((place) => place.estimated);
    const places = rest.length === 1 ? "1 more place" : `${rest.length} more places`;
    lines.push(`    ${style.faint(`${places}, ${siteBytes(bytes, estimated)} together`)}`);
  }
  return lines;
}

function nameOf(stack: ReadableStack, context: MessageContext): string {
  const name = stack.place?.name ?? "(no stack)";
  return context.verbose ? name : shorten(name, NAME_WIDTH);
}

function whereOf(stack: ReadableStack, context: MessageContext): string {
  const where = stack.place?.where ?? "";
  return context.verbose ? where : shorten(where, WHERE_WIDTH);
}

const PATH_INDENT = 8;

/** What lies around a place: inwards what it called, outwards who called it. */
function pathLines(
  place: AllocatingPlace,
  maxCallers: number,
  context: MessageContext,
  style: MessageStyle,
): readonly string[] {
  const texts: string[] = [];
  if (context.verbose) texts.push(...place.stack.through.map((inner) => `in ${placeText(inner)}`));
  else if (place.stack.through.length > 0) texts.push(throughText(place.stack.through));
  texts.push(...callerTexts(place.stack.callers, maxCallers));
  if (place.otherPaths > 0) {
    texts.push(`and by ${place.otherPaths === 1 ? "1 other call path" : `${place.otherPaths} other call paths`}`);
  }
  return texts.map((text) => {
    const fitting = context.verbose ? text : shorten(text, MESSAGE_WIDTH - PATH_INDENT);
    return `${" ".repeat(PATH_INDENT)}${style.faint(fitting)}`;
  });
}

function throughText(through: readonly Place[]): string {
  const [outermost, ...rest] = through;
  const name = outermost?.name ?? "";
  const object = outermost === undefined || outermost.where === "" ? "" : ` (${outermost.where})`;
  return `in ${name}${object}${rest.length === 0 ? "" : `, ${rest.length} deeper`}`;
}

/** The first callers by name; further ones and what is folded in one count each. */
function callerTexts(callers: readonly Caller[], maxCallers: number): readonly string[] {
  const texts: string[] = [];
  let named = 0;
  let unnamed = 0;
  const folded: { count: number; owners: string[] } = { count: 0, owners: [] };
  for (const caller of callers) {
    if (caller.kind === "folded") {
      folded.count += caller.count;
      for (const owner of caller.owners) if (!folded.owners.includes(owner)) folded.owners.push(owner);
    } else if (named < maxCallers) {
      named += 1;
      texts.push(`from ${placeText(caller.place)}`);
    } else {
      unnamed += 1;
    }
  }
  const rest: string[] = [];
  if (unnamed > 0) rest.push(unnamed === 1 ? "1 more caller" : `${unnamed} more callers`);
  if (folded.count > 0) rest.push(foldedText(folded));
  if (rest.length > 0) texts.push(`from ${rest.join(", ")}`);
  return texts;
}

function placeText(place: Place): string {
  return place.where === "" ? place.name : `${place.name}  ${place.where}`;
}
