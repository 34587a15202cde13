import type { AllocationSite, SourceFrame } from "../capture/measurement.js";
import type { IgnorePattern } from "../capture/options.js";

/** Whether any frame of the site's stack matches any pattern. */
export function isIgnored(site: AllocationSite, patterns: readonly IgnorePattern[]): boolean {
  return patterns.some((pattern) => site.stack.some((frame) => matches(frame, pattern)));
}

function matches(frame: SourceFrame, pattern: IgnorePattern): boolean {
  if (typeof pattern === "string") {
    const isPath = pattern.includes("/") || pattern.includes(".");
    return frame.functionName === pattern || (isPath && frame.file.replaceAll("\\", "/").includes(pattern));
  }
  return tried(pattern, frame.functionName) || tried(pattern, frame.file);
}

/** A global or sticky expression goes on where it stopped: each try starts at the front. */
function tried(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}
