import type { AssertableSpace } from "../capture/measurement.js";
import type { Recording } from "../capture/record.js";
import type { PeakOfSum } from "./figures.js";
import type { SourceMaps } from "./source-maps.js";

/** Why births on the heap cannot be told by the addon. */
export const SHARED_RECORD = "somebody else records this isolate's allocations (an allocation timeline).";

/** Broken maps told one by one; more are counted. */
const MAX_MAP_NOTES = 3;

/** What the recording itself makes weaker, in sentences. */
export function notesOn(
  recording: Recording,
  counted: readonly AssertableSpace[],
  peak: PeakOfSum,
  maps: SourceMaps,
): readonly string[] {
  const { tracked, plan } = recording;
  const notes: string[] = [];
  if (counted.length < plan.spaces.length) notes.push(`The total is that of ${counted.join(" and ")}.`);
  if (plan.sampleInterval > 0 && tracked.heapSampler === "taken") {
    notes.push("Somebody else runs V8's heap sampler in this isolate: heap allocations have no sampled stacks.");
  }
  if (recording.retained !== null && recording.retained[0] === null && tracked.spaces[0].allocatedBytes !== null) {
    notes.push(`What the heap retains is unknown: ${SHARED_RECORD}`);
  }
  if (!tracked.cameToRest) {
    notes.push(
      "V8's background threads were still at work a second after the collection that it began with: what they finish inside it may be among the heap's figures.",
    );
  }
  if (plan.ignore.length > 0) {
    notes.push("Memory of ignored stacks is taken out; the peak of what is left is unknown.");
    if (tracked.heapSampleInterval !== 1) {
      notes.push("Not every heap allocation was recorded, so what the heap has without the ignored stacks is unknown.");
    }
  }
  if (plan.spaces.length < 3 && peak.peakErrorBytes > 0 && tracked.peakErrorBytes === 0) {
    notes.push("The peak of two spaces of three is known between two bounds; the higher is shown.");
  }
  return [...notes, ...mapNotes(recording, maps)];
}

function mapNotes(recording: Recording, maps: SourceMaps): readonly string[] {
  const problems = new Set<string>();
  const seen = new Set<number>();
  for (const site of recording.tracked.sites) {
    for (const frame of site.frames) {
      if (frame.kind !== "javascript" || frame.line <= 0 || seen.has(frame.scriptId)) continue;
      seen.add(frame.scriptId);
      const problem = maps.problem(frame.scriptId, frame.url);
      if (problem !== "") problems.add(`${problem}: positions are those of the generated code.`);
    }
  }
  const told = [...problems].slice(0, MAX_MAP_NOTES);
  if (problems.size > told.length) told.push(`${problems.size - told.length} more source maps cannot be used.`);
  return told;
}
