/** Adds measured sites to the tables of a file's payload, frames and stacks each once. */

import { createInterned, stackKey } from "../analysis/interned.js";
import { frameKey } from "../analysis/sites.js";
import type { AllocationSite } from "../capture/measurement.js";
import type { FilePayload, SiteRecord } from "./payload.js";
import { siteRecord } from "./records.js";

export interface SiteAppender extends Pick<FilePayload, "frames" | "stacks"> {
  add(sites: readonly AllocationSite[]): readonly SiteRecord[];
}

export function createSiteAppender(tables: Pick<FilePayload, "frames" | "stacks">): SiteAppender {
  const frames = createInterned(frameKey);
  const stacks = createInterned(stackKey);
  for (const frame of tables.frames) frames.add(frame);
  for (const stack of tables.stacks) stacks.add(stack);
  return {
    frames: frames.values,
    stacks: stacks.values,
    add: (sites) => sites.map((site) => siteRecord(site, stacks.add(site.stack.map((frame) => frames.add(frame))))),
  };
}
