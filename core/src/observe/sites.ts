/** Sites of an observed file: stacks in the user's source, each once, and the hottest of each span. Pure. */

import { byCodeUnits } from "../analysis/by-code-units.js";
import { type FrameContext, toSourceFrame } from "../analysis/frames.js";
import { createInterned, stackKey } from "../analysis/interned.js";
import { frameKey } from "../analysis/sites.js";
import { SPACES } from "../capture/binding.js";
import type { AssertableSpace, SourceFrame } from "../capture/measurement.js";
import { type RawObservation, SITE, SITE_SPANS } from "../capture/observe-binding.js";
import type { SiteRecord } from "./payload.js";
import { siteRecord } from "./records.js";

/** How many sites of each span are told. */
export interface SiteNumbers {
  readonly file: number;
  readonly modules: number;
  readonly body: number;
}

export interface ObservedSites {
  readonly frames: readonly SourceFrame[];
  readonly stacks: readonly (readonly number[])[];
  readonly file: readonly SiteRecord[];
  readonly modules: readonly SiteRecord[];
  /** By the number of the body. */
  readonly bodies: ReadonlyMap<number, readonly SiteRecord[]>;
}

interface Row {
  readonly space: AssertableSpace;
  /** Text of the stack's frames. */
  readonly key: string;
  bytes: number;
  count: number;
  peakBytes: number | null;
}

/** @param wanted whether sites of a body are asked for */
export function observedSites(
  raw: Pick<RawObservation, "frames" | "stacks" | "sites">,
  context: FrameContext,
  limits: SiteNumbers,
  wanted: (body: number) => boolean = () => true,
): ObservedSites {
  const stacks = new Map<string, readonly SourceFrame[]>();
  const keys = stackKeys(raw, context, stacks);
  const file = new Map<string, Row>();
  const spans = new Map<number, Map<string, Row>>();
  for (let at = 0; at < raw.sites.length; at += SITE.length) {
    const of = (index: number): number => raw.sites[at + index] ?? 0;
    const space = SPACES[of(SITE.space)];
    const key = keys[of(SITE.stack)];
    if (space === undefined || space === "engine" || key === undefined) continue;
    const peak = of(SITE.peakBytes);
    const row = {
      space,
      key,
      bytes: of(SITE.bytes),
      count: of(SITE.count),
      peakBytes: Number.isNaN(peak) ? null : peak,
    };
    // What was alive at the file's peak is not known: each span has a peak of its own.
    add(file, { ...row, peakBytes: null });
    const span = of(SITE.span);
    if (span !== SITE_SPANS.modules && (span < 0 || !wanted(span))) continue;
    const rows = spans.get(span) ?? new Map<string, Row>();
    spans.set(span, rows);
    add(rows, row);
  }
  const frames = createInterned(frameKey);
  const told = createInterned(stackKey);
  const numberOf = (key: string): number => told.add((stacks.get(key) ?? []).map((frame) => frames.add(frame)));
  const records = (rows: ReadonlyMap<string, Row> | undefined, limit: number): readonly SiteRecord[] =>
    hottest(rows, limit).map((row) => siteRecord(row, numberOf(row.key)));
  const bodies = new Map<number, readonly SiteRecord[]>();
  for (const [span, rows] of spans) if (span >= 0) bodies.set(span, records(rows, limits.body));
  return {
    file: records(file, limits.file),
    modules: records(spans.get(SITE_SPANS.modules), limits.modules),
    bodies,
    frames: frames.values,
    stacks: told.values,
  };
}

function add(rows: Map<string, Row>, row: Row): void {
  const key = `${row.space}\n${row.key}`;
  const known = rows.get(key);
  if (known === undefined) {
    rows.set(key, { ...row });
    return;
  }
  known.bytes += row.bytes;
  known.count += row.count;
  known.peakBytes = known.peakBytes === null || row.peakBytes === null ? null : known.peakBytes + row.peakBytes;
}

function hottest(rows: ReadonlyMap<string, Row> | undefined, limit: number): readonly Row[] {
  return [...(rows?.values() ?? [])]
    .sort((a, b) => b.bytes - a.bytes || byCodeUnits(a.space, b.space) || byCodeUnits(a.key, b.key))
    .slice(0, limit);
}

/** For each raw stack the key of the stack in the source that it is; what the keys mean is added to `stacks`. */
function stackKeys(
  raw: Pick<RawObservation, "frames" | "stacks">,
  context: FrameContext,
  stacks: Map<string, readonly SourceFrame[]>,
): readonly string[] {
  const frames = raw.frames.map((frame) => toSourceFrame(frame, context));
  const keys = frames.map(frameKey);
  const ids = new Map<string, number>();
  // What is one in the source has one number.
  const numbers = keys.map((key) => {
    const known = ids.get(key) ?? ids.size;
    ids.set(key, known);
    return known;
  });
  return raw.stacks.map((stack) => {
    const kept = withoutRunner(stack, frames);
    const key = Array.from(kept, (frame) => numbers[frame]).join(",");
    if (!stacks.has(key))
      stacks.set(
        key,
        Array.from(kept).flatMap((frame) => frames[frame] ?? []),
      );
    return key;
  });
}

/** Who called the user's code is the same for all of it. A stack without any code of the user's stays whole. */
function withoutRunner(stack: Uint32Array, frames: readonly SourceFrame[]): Uint32Array {
  for (let at = stack.length - 1; at >= 0; at -= 1) {
    const owner = frames[stack[at] ?? 0]?.owner;
    if (owner === "user" || owner === "dependency") return stack.subarray(0, at + 1);
  }
  return stack;
}
