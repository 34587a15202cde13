import { type RawFrame, type RawSite, SPACES } from "../capture/binding.js";
import type { AllocationSite, AssertableSpace, SourceFrame } from "../capture/measurement.js";
import { byCodeUnits } from "./by-code-units.js";
import { type FrameContext, toSourceFrame } from "./frames.js";
import { createInterned, stackKey } from "./interned.js";

/**
 * Sites as the user knows them: frames source-mapped, stacks that are one in the source merged, sorted by bytes, largest
 * first. Memory of the engine is no site.
 *
 * @param exact whether every allocation of a space was recorded
 */
export function toSites(
  raw: readonly RawSite[],
  context: FrameContext,
  exact: (space: AssertableSpace) => boolean,
): readonly AllocationSite[] {
  const names = createInterned<string>((name) => name);
  // The addon gives each frame as one object, in however many stacks it is.
  const frames = new Map<RawFrame, NamedFrame>();
  const frameOf = (raw: RawFrame): NamedFrame => {
    const known = frames.get(raw);
    if (known !== undefined) return known;
    const frame = toSourceFrame(raw, context);
    const named = { frame, name: names.add(frameKey(frame)) };
    frames.set(raw, named);
    return named;
  };
  const merged = new Map<string, MergedSite>();
  for (const site of raw) {
    const space = SPACES[site.space];
    if (space === undefined || space === "engine") continue;
    const stack = site.frames.map(frameOf);
    const stackNames = stack.map(({ name }) => name);
    const key = `${space}\n${stackKey(stackNames)}`;
    const known = merged.get(key);
    const own: AllocationSite = {
      space,
      stack: stack.map(({ frame }) => frame),
      bytes: site.bytes,
      count: site.count,
      estimated: !exact(space),
      peakBytes: site.peakBytes,
      retainedBytes: site.retainedBytes,
    };
    merged.set(key, { names: stackNames, site: known === undefined ? own : join(known.site, own) });
  }
  const byNames = orderOf(names.values);
  return [...merged.values()]
    .sort(
      ({ site: a, names: one }, { site: b, names: other }) =>
        b.bytes - a.bytes || b.count - a.count || byCodeUnits(a.space, b.space) || byNames(one, other),
    )
    .map(({ site }) => site);
}

/** With the number of its name: frames of one name are one in the source. */
interface NamedFrame {
  readonly frame: SourceFrame;
  readonly name: number;
}

interface MergedSite {
  readonly site: AllocationSite;
  /** Of its frames, by their numbers. */
  readonly names: readonly number[];
}

/** An order of stacks by the names of their frames: the same in every run. */
function orderOf(names: readonly string[]): (a: readonly number[], b: readonly number[]) => number {
  const ranks = new Map([...names].sort(byCodeUnits).map((name, rank) => [name, rank]));
  const rankOf = names.map((name) => ranks.get(name) ?? 0);
  return (a, b) => {
    for (let at = 0; at < a.length && at < b.length; at += 1) {
      const difference = (rankOf[a[at] ?? 0] ?? 0) - (rankOf[b[at] ?? 0] ?? 0);
      if (difference !== 0) return difference;
    }
    return a.length - b.length;
  };
}

/** Whether a user can find the stack: a frame in a file of theirs or of a package they installed. */
export function isNameable(site: AllocationSite): boolean {
  return site.stack.some(isOfProgram);
}

/** Whether it is in a file of the user's or of a package they installed. */
export function isOfProgram({ owner, file }: SourceFrame): boolean {
  return (owner === "user" || owner === "dependency") && file !== "";
}

function join(a: AllocationSite, b: AllocationSite): AllocationSite {
  return {
    ...a,
    bytes: a.bytes + b.bytes,
    count: a.count + b.count,
    peakBytes: sum(a.peakBytes, b.peakBytes),
    retainedBytes: sum(a.retainedBytes, b.retainedBytes),
  };
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** Inlining is the compiler's affair: the same source position is the same site, inlined or not. */
export function frameKey(frame: SourceFrame): string {
  return [frame.kind, frame.line, frame.column, frame.functionName, frame.file].join("|");
}
