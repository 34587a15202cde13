/** A capture as comma-separated values (RFC 4180): a line for each row of the view. */

import type { CaptureFrame } from "../../../capture-files/model/capture.js";
import { type ExportSource, exportModel, frameName, stackOf, threadsOf } from "./export-model.js";

const COLUMNS = [
  "space",
  "bytes",
  "count",
  "estimated",
  "pid",
  "thread",
  "allocator",
  "function",
  "file",
  "line",
  "column",
  "stack",
] as const;

/** Lines end with CR LF. What is not known is an empty field. */
export function toCsv(source: ExportSource): string {
  const { rows, info } = exportModel(source);
  const threadOf = threadsOf(info);
  const lines = rows.map(({ space, bytes, count, thread, allocator, node }) => {
    const stack = node === 0 ? [] : stackOf(source.tree, node);
    const [inner] = stack;
    const { name, pid } = threadOf(thread);
    return [
      space,
      bytes,
      count,
      space === "heap" && !info.heapIsExact,
      pid ?? "",
      name,
      allocator,
      inner === undefined ? "" : frameName(inner),
      inner?.file ?? "",
      inner?.line ?? "",
      inner?.column ?? "",
      stack.map(frameText).join(" | "),
    ];
  });
  return [COLUMNS, ...lines].map((line) => `${line.map(csvField).join(",")}\r\n`).join("");
}

/** Innermost first: "parse (/app/src/parse.ts:30:7)". */
function frameText(frame: CaptureFrame): string {
  const place = [frame.file, frame.line, frame.column].filter((part) => part !== null && part !== "").join(":");
  return place === "" ? frameName(frame) : `${frameName(frame)} (${place})`;
}

function csvField(value: string | number | boolean): string {
  const text = String(value);
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
