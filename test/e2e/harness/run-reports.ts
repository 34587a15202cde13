/** Questions to the report of an observed run. */

import path from "node:path";
import type { FileReport, RunReport, RunSite, RunSpaceFigures, TestReport } from "../../../core/src/runs/run-report.js";

/** The addon with known allocations, for fixtures: `PROBE` in their environment. */
export const PROBE = path.resolve(import.meta.dirname, "../../native/probe/build/Release/probe.node");

/** Fails with what there is when nothing was written. */
export function written(run: { readonly memory: RunReport | null; readonly output: string }): RunReport {
  if (run.memory === null) throw new Error(`no report was written\n${run.output}`);
  return run.memory;
}

export function fileOf(report: RunReport, file: string): FileReport {
  const found = report.files.find((one) => one.path === file);
  if (found === undefined)
    throw new Error(`no file ${file}; there are ${report.files.map((one) => one.path).join(", ")}`);
  return found;
}

/** @param name of the test and of the blocks around it, joined by " > " */
export function testOf(file: FileReport, name: string): TestReport {
  const found = file.tests.find((one) => one.name.join(" > ") === name);
  if (found === undefined) {
    throw new Error(`no test ${name}; there are ${file.tests.map((one) => one.name.join(" > ")).join(", ")}`);
  }
  return found;
}

/** Name (without those of its blocks), state and verdict on leaks of each test. */
export function verdictsOf({
  tests,
}: FileReport): readonly (readonly [name: string, state: string, verdict: string])[] {
  return tests.map(({ name, state, leaks }) => [name.at(-1) ?? "", state, leaks?.verdict ?? "not judged"]);
}

/** Why there is no verdict on a test. */
export function notJudgedIn({ notes }: FileReport): readonly string[] {
  return notes.filter((note) => note.startsWith("Whether"));
}

/** The first place in the user's code that each of these sites has, as `space file:line`. */
export function placesOf(sites: readonly RunSite[], report: RunReport): readonly string[] {
  return sites.map(({ space, stack }) => {
    const frames = (report.stacks[stack] ?? []).map((index) => report.frames[index]);
    const own = frames.find((frame) => frame?.owner === "user");
    return `${space} ${own?.file ?? "?"}:${own?.line ?? "?"}${own?.lineIsFunction === true ? " (function)" : ""}`;
  });
}

/** V8 frees buffers of what ran before on a thread of its own, whenever that is done: within a body that lowers the peak. */
const FREED_MEANWHILE = 100_000;

function peakOfBuffers({ allocatedBytes, peakBytes }: RunSpaceFigures): number | null {
  if (allocatedBytes === null || peakBytes === null) return peakBytes;
  return peakBytes < allocatedBytes && allocatedBytes - peakBytes < FREED_MEANWHILE ? allocatedBytes : peakBytes;
}

/** One line a test: state, and what is said of its memory. Bytes are those of buffers and native memory, which are exact. */
export function outline(file: FileReport): readonly string[] {
  return file.tests.map((one) => {
    const memory =
      one.figures === null
        ? (one.unattributed ?? "none")
        : `buffers ${one.figures.buffers.allocatedBytes}/${peakOfBuffers(one.figures.buffers)} native ${one.figures.native.allocatedBytes}/${one.figures.native.peakBytes}`;
    const again = [one.retries > 0 ? `retries ${one.retries}` : [], one.repeats > 0 ? `repeats ${one.repeats}` : []];
    return [one.name.join(" > "), one.state, ...again.flat(), memory].join(", ");
  });
}
