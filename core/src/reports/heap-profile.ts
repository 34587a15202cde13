/** Sites as a `.heapprofile`: Chrome DevTools (Memory, Load), VS Code and speedscope open it. Pure. */

import type { SourceFrame } from "../capture/measurement.js";
import { MemspecError } from "../errors/memspec-error.js";
import type { RunReport, RunSite } from "../runs/run-report.js";
import { testName } from "./run-summary.js";
import { type StackTables, stackOf } from "./stacks.js";

interface CallFrame {
  readonly functionName: string;
  readonly scriptId: string;
  readonly url: string;
  /** 0-based; -1: unknown. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** A node of V8's `HeapProfiler.SamplingHeapProfile`. */
export interface HeapProfileNode {
  readonly callFrame: CallFrame;
  selfSize: number;
  readonly id: number;
  readonly children: HeapProfileNode[];
}

export interface HeapProfile {
  readonly head: HeapProfileNode;
  readonly samples: readonly { readonly size: number; readonly nodeId: number; readonly ordinal: number }[];
}

/** Files that are `node:` names or URLs stay; paths become what DevTools shows as paths. */
function callFrame(frame: SourceFrame): CallFrame {
  return {
    functionName: frame.functionName === "" ? "(anonymous)" : frame.functionName,
    scriptId: "0",
    url: frame.file,
    lineNumber: (frame.line ?? 0) - 1,
    columnNumber: (frame.column ?? 0) - 1,
  };
}

function nodeOf(id: number, frame: CallFrame): HeapProfileNode {
  return { callFrame: frame, selfSize: 0, id, children: [] };
}

/**
 * Allocated bytes of sites as a tree of calls. The sizes of all nodes together are the bytes of all sites together.
 *
 * @param sites of a test, a file or a run; those of other spaces than the heap stand below a node that names the space
 */
export function toHeapProfile(sites: readonly RunSite[], tables: StackTables): HeapProfile {
  let lastId = 1;
  const head = nodeOf(lastId, { functionName: "(root)", scriptId: "0", url: "", lineNumber: -1, columnNumber: -1 });
  const known = new Map<string, HeapProfileNode>();
  const childOf = (parent: HeapProfileNode, frame: CallFrame): HeapProfileNode => {
    const key = `${parent.id}\n${frame.functionName}\n${frame.url}\n${frame.lineNumber}\n${frame.columnNumber}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    lastId += 1;
    const child = nodeOf(lastId, frame);
    known.set(key, child);
    parent.children.push(child);
    return child;
  };
  const samples = sites.map((site, index) => {
    let node = site.space === "heap" ? head : childOf(head, { ...head.callFrame, functionName: `(${site.space})` });
    for (const frame of [...stackOf(site.stack, tables)].reverse()) node = childOf(node, callFrame(frame));
    node.selfSize += site.bytes;
    return { size: site.bytes, nodeId: node.id, ordinal: index + 1 };
  });
  return { head, samples };
}

/** Of which file and tests sites are; none: of all files. */
export interface SiteSelection {
  readonly file?: string;
  /** Names of the blocks and the test with " > " between them, as reports show it. */
  readonly test?: string;
}

/** @throws MemspecError `MEMSPEC_INVALID_OPTION` where the run has no such file or test */
export function selectSites(report: RunReport, { file, test }: SiteSelection): readonly RunSite[] {
  const files = report.files.filter(({ path }) => file === undefined || path === file);
  if (files.length === 0) throw nothingOf(`there is no test file ${JSON.stringify(file)} in the report`, file);
  if (test === undefined) return files.flatMap(({ sites }) => sites);
  const tests = files.flatMap(({ tests }) => tests).filter(({ name }) => testName(name) === test);
  if (tests.length === 0) throw nothingOf(`there is no test ${JSON.stringify(test)} in the report`, test);
  return tests.flatMap(({ sites }) => sites);
}

function nothingOf(fact: string, value: unknown): MemspecError {
  return new MemspecError("MEMSPEC_INVALID_OPTION", `${fact}.`, {
    value,
    hint: "Names are those that the report shows.",
  });
}
