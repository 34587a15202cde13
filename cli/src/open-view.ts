/** Captures opened and read for a command, with the progress of long work on the standard error. */

import { openCapture } from "@memspec/core/captures";
import {
  type Capture,
  type CaptureInfo,
  type CaptureReading,
  onlyThreads,
  type ShownView,
  type ViewOptions,
} from "@memspec/core/reports";
import { type CaptureOptions, threadsOf, viewOptionsOf } from "./capture-options.js";
import { withProgress } from "./progress.js";

export interface ReadCapture {
  readonly capture: Capture;
  readonly reading: CaptureReading;
  /** With what was found only when the events were read. */
  readonly info: CaptureInfo;
  /** Of each view that was asked for, in their order. */
  readonly shown: readonly ShownView[];
}

/** @param views what is asked for: one reading of the file answers all of them */
export async function readCapture(
  files: readonly string[],
  views: readonly ViewOptions[],
  options: Pick<CaptureOptions, "thread"> = {},
): Promise<ReadCapture> {
  const capture = await openCapture(files);
  const threads = threadsOf(options, capture.info);
  const reading = await withProgress(`reading ${files.join(", ")}`, (onProgress) =>
    capture.read({ views, onProgress }),
  );
  const shown = reading.views.map((view, index): ShownView => {
    const asked = views[index] ?? { kind: view.kind };
    return { view: onlyThreads(view, threads), options: asked, threads: options.thread ?? [] };
  });
  return { capture, reading, info: infoAfter(capture.info, reading), shown };
}

/** The one view that the options of a command ask for. */
export async function readView(
  files: readonly string[],
  options: CaptureOptions,
): Promise<ReadCapture & { readonly view: ShownView }> {
  const read = await readCapture(files, [viewOptionsOf(options)], options);
  const [view] = read.shown;
  if (view === undefined) throw new Error("The reader gave no view.");
  return { ...read, view };
}

function infoAfter(info: CaptureInfo, { damage }: CaptureReading): CaptureInfo {
  const [first, ...others] = info.processes;
  if (damage === null || first === undefined || others.length > 0) return info;
  return { ...info, damage, processes: [{ ...first, damage }] };
}
