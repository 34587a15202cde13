/** Whose allocations they are: the package or the native library of the innermost frame that is not Node's, a runner's or memspec's. */

import { packageOf } from "../../analysis/owner.js";
import type { CaptureFrame, CaptureView } from "../../capture-files/model/capture.js";
import type { FoldedStacks } from "./fold-stacks.js";

export interface PackageRow {
  readonly name: string;
  readonly bytes: number;
  readonly count: number;
  readonly estimated: boolean;
}

const OWN_CODE = "(the program's own code)";
const NO_STACK = "(no stack)";

/** Most bytes first. */
export function packagesOf(
  view: CaptureView,
  { tree, nodeOf }: FoldedStacks,
  heapIsExact: boolean,
): readonly PackageRow[] {
  const found = new Map<string, { bytes: number; count: number; estimated: boolean }>();
  const names = tree.frames.map(nameOf);
  for (const row of view.rows) {
    const frame = tree.frameOf[nodeOf[row.node] ?? 0] ?? -1;
    const name = names[frame] ?? NO_STACK;
    const sums = found.get(name) ?? { bytes: 0, count: 0, estimated: false };
    found.set(name, sums);
    sums.bytes += row.bytes;
    sums.count += row.count;
    sums.estimated ||= row.space === "heap" && !heapIsExact;
  }
  return [...found]
    .map(([name, sums]) => ({ name, ...sums }))
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
}

function nameOf(frame: CaptureFrame): string {
  // A library whose sources are known is still one library.
  const file = (frame.module ?? frame.file).replaceAll("\\", "/");
  const name = packageOf(file);
  const isLibrary = frame.kind === "native";
  // An addon is told with its package, a library of the system by its own name.
  if (name !== undefined) return isLibrary ? `${name} (${baseName(file)})` : name;
  if (isLibrary) return file === "" ? "(native code)" : baseName(file);
  // A frame that stands for a stack of which nothing is the program's has its name in brackets.
  if (frame.file === "" && frame.functionName.startsWith("(")) return frame.functionName;
  return OWN_CODE;
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}
