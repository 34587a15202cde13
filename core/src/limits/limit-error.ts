/** The error of a body that exceeded limits: all of them in one. */

import type { FigureName } from "../assertions/figures.js";
import { alignColumns, wrapText } from "../assertions/layout.js";
import type { BaselineFigure } from "../baselines/types.js";
import type { AssertableSpace } from "../capture/measurement.js";
import { isMemspecError, MemspecError } from "../errors/memspec-error.js";
import { formatBytesExact } from "../sizes/format-size.js";

export interface LimitFailure {
  readonly source: string;
  readonly figure: FigureName | "leaked" | "baseline";
  /** Of a baseline: the figure that left it. */
  readonly of?: BaselineFigure;
  /** Whose sum it is. */
  readonly spaces: readonly AssertableSpace[];
  readonly figureBytes: number;
  /** Of a baseline: what was recorded. */
  readonly limitBytes: number;
  /** What could not be counted, for the first line of the message; `null`: nothing. */
  readonly notice: string | null;
  /** All that is known about this one: spaces, places, next step. */
  readonly text: string;
}

/** `MEMSPEC_LIMIT_EXCEEDED`, with every exceeded limit in `failures`. */
export class MemspecLimitError extends MemspecError {
  readonly failures: readonly LimitFailure[];

  /** @param failures at least one */
  constructor(failures: readonly LimitFailure[]) {
    super("MEMSPEC_LIMIT_EXCEEDED", messageOf(failures));
    this.failures = failures;
  }
}

/** Whether `error` is a `MemspecLimitError`, of whatever copy of this module. */
export function isLimitError(error: unknown): error is MemspecLimitError {
  return (
    isMemspecError(error) &&
    error.code === "MEMSPEC_LIMIT_EXCEEDED" &&
    Array.isArray((error as { failures?: unknown }).failures)
  );
}

function messageOf(failures: readonly LimitFailure[]): string {
  const worst = [...failures].sort((a, b) => excess(b) - excess(a))[0];
  if (worst === undefined) throw new RangeError("a limit error needs a failure");
  const notice = failures.find((failure) => failure.notice !== null)?.notice ?? null;
  return [
    ...(notice === null ? [] : wrapText(notice, 0)),
    ...(failures.length === 1 ? [] : listLines(failures)),
    worst.text,
  ].join("\n");
}

function listLines(failures: readonly LimitFailure[]): readonly string[] {
  const rows = failures.map((failure) => [
    { text: failure.of ?? failure.figure },
    { text: formatBytesExact(failure.figureBytes), align: "right" as const },
    { text: `${failure.figure === "baseline" ? "recorded" : "limit"} ${formatBytesExact(failure.limitBytes)}` },
    { text: `from ${failure.source}` },
  ]);
  return [
    `${failures.length} memory limits of this test were exceeded:`,
    "",
    ...alignColumns(rows, 2),
    "",
    "The one that is furthest over:",
    "",
  ];
}

/** How far over, so that limits of different size compare; a limit of nothing is exceeded the furthest. */
function excess(failure: LimitFailure): number {
  return failure.limitBytes === 0 ? Number.POSITIVE_INFINITY : failure.figureBytes / failure.limitBytes;
}
