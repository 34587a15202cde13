/** Captures as data: `openCapture`. */

import { fileURLToPath } from "node:url";
import { MemspecError } from "../../errors/memspec-error.js";
import { showValue } from "../../errors/show-value.js";
import type {
  Capture,
  CaptureFrame,
  CaptureInfo,
  CaptureReading,
  CaptureRecord,
  ReadOptions,
} from "../model/capture.js";
import { openModuleSymbols } from "../symbols/open-symbols.js";
import { unreadModules } from "../symbols/unread-modules.js";
import { sumsCannotTell } from "./capture-errors.js";
import { openFile, withCaptureFile } from "./chunks.js";
import { createFrameSources } from "./frame-sources.js";
import { checkTogether } from "./one-run.js";
import { inOrder, offsetsOf, threadNumber } from "./process-numbers.js";
import { questionsOf, temporalOf } from "./questions.js";
import { readCapture } from "./read-capture.js";
import { findProcesses, type RecordedProcess } from "./recorded-process.js";
import { readRecords } from "./records.js";
import { StackNodes } from "./stack-nodes.js";
import type { OpenSymbols } from "./symbols.js";
import { TreeBuilder } from "./tree-builder.js";

/**
 * Opens a capture. What was written before the file was cut off or damaged is there; `info.damage` says where it ends.
 *
 * @param path of a capture file, or of several that were written by one `memspec run --follow`: they are read as one
 * @returns facts of the file, and questions to it
 * @throws MemspecError `MEMSPEC_CAPTURE_UNREADABLE`, `MEMSPEC_CAPTURE_FOREIGN`, `MEMSPEC_CAPTURE_NEWER`, `MEMSPEC_CAPTURE_DAMAGED` where nothing can be
 *   read, `MEMSPEC_CAPTURES_DIFFER` for several files that are not of one run, `MEMSPEC_INVALID_OPTION`
 */
export function openCapture(path: string | URL | readonly (string | URL)[]): Promise<Capture> {
  return openCaptureWith(openModuleSymbols, path);
}

export async function openCaptureWith(
  openSymbols: OpenSymbols,
  path: string | URL | readonly (string | URL)[],
): Promise<Capture> {
  const processes = await findTogether("openCapture()", path);
  const info = infoOf(processes);
  return {
    info,
    read: async (options: ReadOptions): Promise<CaptureReading> =>
      readCapture(
        processes,
        offsetsOf(processes),
        { questions: questionsOf(options, info), temporal: temporalOf(options) },
        openSymbols,
        options.onProgress,
      ),
    records: () => recordsOf(processes),
    stack: (id, process = 0) => framesOf(processes, openSymbols, id, process),
  };
}

/** The processes of one file, or of several that belong together, in their order. */
export async function findTogether(
  where: string,
  path: string | URL | readonly (string | URL)[],
): Promise<readonly RecordedProcess[]> {
  const paths = pathsOf(path, where);
  const found: RecordedProcess[] = [];
  for (const each of paths) {
    found.push(...(await withCaptureFile(each, (file, bytes) => findProcesses(each, file, bytes))));
  }
  if (paths.length > 1) checkTogether(found);
  return inOrder(found);
}

function pathsOf(path: unknown, where: string): readonly string[] {
  const paths: readonly unknown[] = Array.isArray(path) ? path : [path];
  if (paths.length === 0) throw noPath(path, where);
  return paths.map((each) => {
    if (typeof each === "string" && each !== "") return each;
    // A URL of another realm is one, too.
    const href = typeof each === "object" && each !== null ? (each as { readonly href?: unknown }).href : undefined;
    if (typeof href === "string" && href.startsWith("file:")) return fileURLToPath(href);
    throw noPath(each, where);
  });
}

function noPath(value: unknown, where: string): MemspecError {
  return new MemspecError("MEMSPEC_INVALID_OPTION", `${where}: ${showValue(value)} is no path.`, {
    value,
    hint: "Give the path of a capture, a file: URL, or an array of them.",
  });
}

export function infoOf(processes: readonly RecordedProcess[]): CaptureInfo {
  const [first] = processes;
  if (first === undefined) throw new Error("a capture has a process");
  return {
    processes: processes.map(({ path, meta, end, damage, definitions }) => ({
      path,
      meta,
      end,
      damage,
      unreadModules: meta.nativeStacks ? unreadModules(definitions.modules.slice(1)) : [],
    })),
    path: first.path,
    bytes: first.fileBytes,
    meta: first.meta,
    end: first.end,
    damage: processes.find(({ damage }) => damage !== null)?.damage ?? null,
    threads: processes.flatMap(({ definitions }, process) =>
      [...definitions.threads].map(([id, thread]) => ({ ...thread, id: threadNumber(process, id), process })),
    ),
    heapIsExact: processes.every(({ meta }) => meta.heapInterval === 1),
  };
}

async function* recordsOf(processes: readonly RecordedProcess[]): AsyncGenerator<CaptureRecord, void, void> {
  for (const { meta, path } of processes) if (meta.contents === "sums") throw sumsCannotTell(path, "single records");
  for (const [index, process] of processes.entries()) {
    if (processes.length > 1) yield { type: "process", process: index };
    // Not `withCaptureFile`: a generator hands out records while the file is open, and closes it when it is left.
    yield* recordsWithin(process, index);
  }
}

async function* recordsWithin(process: RecordedProcess, index: number): AsyncGenerator<CaptureRecord, void, void> {
  const file = await openFile(process.path);
  try {
    yield* readRecords(file, process, (thread) => threadNumber(index, thread));
  } finally {
    await file.close();
  }
}

async function framesOf(
  processes: readonly RecordedProcess[],
  openSymbols: OpenSymbols,
  id: number,
  index: number,
): Promise<readonly CaptureFrame[]> {
  const process = processes[index];
  if (process === undefined || !Number.isSafeInteger(id) || id < 0) {
    throw new MemspecError(
      "MEMSPEC_INVALID_OPTION",
      `stack(): there is no stack ${showValue(id)} of process ${showValue(index)}.`,
      {
        value: process === undefined ? index : id,
        hint: "Stacks are named by records.",
      },
    );
  }
  const symbols = await openSymbols(process.definitions.modules.slice(1));
  const builder = new TreeBuilder();
  const nodes = new StackNodes(process.definitions, createFrameSources(process.definitions, symbols), builder);
  const innermost = nodes.node(id);
  const tree = builder.tree();
  const frames: CaptureFrame[] = [];
  for (let node = innermost; node !== 0; node = tree.parents[node] ?? 0) {
    const frame = tree.frames[tree.frameOf[node] ?? -1];
    if (frame !== undefined) frames.push(frame);
  }
  return frames;
}
