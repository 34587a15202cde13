/** Records of a capture as lines of text: one record a line, `name=value`, in the order of the file. */

import { placeOf } from "../../assertions/frames.js";
import type { CaptureFrame, CaptureRecord } from "../../capture-files/model/capture.js";

/** Without the line's end. */
export function recordText(record: CaptureRecord): string {
  const { type, ...fields } = record;
  const words = Object.entries(fields).map(([name, value]) => `${name}=${valueText(name, value)}`);
  return [type, ...words].join(" ");
}

function valueText(name: string, value: unknown): string {
  if (name === "address" && typeof value === "number") return `0x${value.toString(16)}`;
  if (Array.isArray(value)) return value.map(heapText).join(",");
  return String(value);
}

/** "1:4000000/8000000": isolate, used and committed bytes. */
function heapText(heap: { readonly isolate: number; readonly used: number; readonly committed: number }): string {
  return `${heap.isolate}:${heap.used}/${heap.committed}`;
}

/** The frames of a stack, one a line below its record, innermost first. */
export function stackText(stack: readonly CaptureFrame[], root: string): readonly string[] {
  return stack.map((frame) => {
    const { name, where } = placeOf(frame, root);
    return `    ${where === "" ? name : `${name}  ${where}`}`;
  });
}
