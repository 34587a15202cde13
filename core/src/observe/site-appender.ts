/** Adds measured sites to the tables of a file's payload, frames and stacks each once. */

import type { AllocationSite, SourceFrame } from "../capture/measurement.js";
import type { FilePayload, SiteRecord } from "./payload.js";
import { frameKey } from "./sites.js";

export interface SiteAppender extends Pick<FilePayload, "frames" | "stacks"> {
  add(sites: readonly AllocationSite[]): readonly SiteRecord[];
}

export function createSiteAppender(tables: Pick<FilePayload, "frames" | "stacks">): SiteAppender {
  const frames = [...tables.frames];
  const stacks = [...tables.stacks];
  const frameIndex = new Map(frames.map((frame, index) => [frameKey(frame), index]));
  const stackIndex = new Map(stacks.map((stack, index) => [stack.join(","), index]));
  const indexOf = (frame: SourceFrame): number => {
    const key = frameKey(frame);
    const found = frameIndex.get(key) ?? frames.push(frame) - 1;
    frameIndex.set(key, found);
    return found;
  };
  return {
    frames,
    stacks,
    add: (sites) =>
      sites.map(({ space, stack, bytes, count, peakBytes }) => {
        const indices = stack.map(indexOf);
        const key = indices.join(",");
        const found = stackIndex.get(key) ?? stacks.push(indices) - 1;
        stackIndex.set(key, found);
        return [
          space,
          found,
          Math.round(bytes),
          Math.round(count * 100) / 100,
          peakBytes === null ? null : Math.round(peakBytes),
        ];
      }),
  };
}
