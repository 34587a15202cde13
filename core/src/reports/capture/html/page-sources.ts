/** Lines of source around the frames with the most bytes. */

import type { CaptureFrame, CaptureRow, StackTree } from "../../../capture-files/model/capture.js";

/** A source file, as it is now. */
export interface SourceText {
  readonly text: string;
  /** When it was changed last, in milliseconds since 1970. */
  readonly changedMs: number;
}

/** @returns `null`: it cannot be read */
export type ReadSource = (file: string) => SourceText | null;

export interface SourceExcerpt {
  /** As the frame names it. */
  readonly file: string;
  readonly changedMs: number;
  readonly lines: readonly (readonly [line: number, text: string])[];
}

const MOST_FRAMES = 150;
const LINES_AROUND = 6;
const MOST_LINE = 240;
/** Characters of all excerpts together. */
const MOST_TEXT = 300_000;

/** Of the frames that hold the most, in the rows that are given, callers included. */
export function excerptsOf(
  rows: readonly Pick<CaptureRow, "node" | "bytes">[],
  tree: StackTree,
  read: ReadSource,
): readonly SourceExcerpt[] {
  const texts = new Map<string, { readonly lines: readonly string[]; readonly changedMs: number } | null>();
  const wanted = new Map<string, Set<number>>();
  let left = MOST_TEXT;
  for (const { file, line } of heaviestFrames(rows, tree)) {
    if (!texts.has(file)) texts.set(file, linesOf(read(file)));
    const lines = texts.get(file)?.lines;
    // Generated code in long lines is not read by anybody.
    if (lines === undefined || line > lines.length || (lines[line - 1]?.length ?? 0) > MOST_LINE) continue;
    const known = wanted.get(file) ?? new Set();
    wanted.set(file, known);
    for (let at = Math.max(1, line - LINES_AROUND); at <= Math.min(lines.length, line + LINES_AROUND); at += 1) {
      if (known.has(at)) continue;
      left -= Math.min(MOST_LINE, lines[at - 1]?.length ?? 0);
      if (left < 0) break;
      known.add(at);
    }
  }
  return [...wanted].map(([file, numbers]) => {
    const { lines, changedMs } = texts.get(file) as NonNullable<ReturnType<typeof linesOf>>;
    const sorted = [...numbers].sort((a, b) => a - b);
    return {
      file,
      changedMs,
      lines: sorted.map((line) => [line, (lines[line - 1] ?? "").slice(0, MOST_LINE)] as const),
    };
  });
}

function linesOf(source: SourceText | null): { readonly lines: readonly string[]; readonly changedMs: number } | null {
  return source === null ? null : { lines: source.text.split(/\r?\n/u), changedMs: source.changedMs };
}

interface Placed {
  readonly file: string;
  readonly line: number;
}

function heaviestFrames(rows: readonly Pick<CaptureRow, "node" | "bytes">[], tree: StackTree): readonly Placed[] {
  const total = new Float64Array(tree.parents.length);
  for (const { node, bytes } of rows) total[node] = (total[node] ?? 0) + bytes;
  const byFrame = new Map<number, number>();
  // A parent has a lower number than its children.
  for (let node = total.length - 1; node > 0; node -= 1) {
    const bytes = total[node] ?? 0;
    const parent = tree.parents[node] ?? 0;
    total[parent] = (total[parent] ?? 0) + bytes;
    const frame = tree.frameOf[node] ?? -1;
    if (bytes > 0) byFrame.set(frame, Math.max(bytes, byFrame.get(frame) ?? 0));
  }
  return [...byFrame]
    .map(([id, bytes]) => ({ frame: tree.frames[id], bytes }))
    .filter((each): each is { frame: CaptureFrame & { line: number }; bytes: number } => hasSource(each.frame))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, MOST_FRAMES)
    .map(({ frame: { file, line } }) => ({ file, line }));
}

function hasSource(frame: CaptureFrame | undefined): boolean {
  if (frame === undefined || frame.kind !== "javascript" || frame.line === null || frame.line < 1) return false;
  return frame.owner === "user" || frame.owner === "dependency";
}
