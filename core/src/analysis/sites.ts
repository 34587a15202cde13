import { type RawFrame, type RawSite, SPACES } from "../capture/binding.js";
import type { AllocationSite, AssertableSpace, SourceFrame } from "../capture/measurement.js";
import { byCodeUnits } from "./by-code-units.js";
import { type FrameContext, toSourceFrame } from "./frames.js";

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
  const frames = new Map<string, SourceFrame>();
  const frameOf = (frame: RawFrame): SourceFrame => {
    const key = rawKey(frame);
    const known = frames.get(key) ?? toSourceFrame(frame, context);
    frames.set(key, known);
    return known;
  };
  const merged = new Map<string, AllocationSite>();
  for (const site of raw) {
    const space = SPACES[site.space];
    if (space === undefined || space === "engine") continue;
    const stack = site.frames.map(frameOf);
    const key = `${space}\n${stack.map(frameKey).join("\n")}`;
    const known = merged.get(key);
    const own: AllocationSite = {
      space,
      stack,
      bytes: site.bytes,
      count: site.count,
      estimated: !exact(space),
      peakBytes: site.peakBytes,
      retainedBytes: site.retainedBytes,
    };
    merged.set(key, known === undefined ? own : join(known, own));
  }
  return [...merged.values()].sort(
    (a, b) => b.bytes - a.bytes || b.count - a.count || byCodeUnits(siteName(a), siteName(b)),
  );
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

function rawKey(frame: RawFrame): string {
  return [
    frame.kind,
    frame.scriptId,
    frame.line,
    frame.column,
    Number(frame.lineIsFunction),
    Number(frame.inlined),
    frame.functionName,
    frame.url,
  ].join("|");
}

/** Inlining is the compiler's affair: the same source position is the same site, inlined or not. */
export function frameKey(frame: SourceFrame): string {
  return [frame.kind, frame.line, frame.column, frame.functionName, frame.file].join("|");
}

function siteName(site: AllocationSite): string {
  return `${site.space}\n${site.stack.map(frameKey).join("\n")}`;
}
