/** What is said of a recording in the end. Loaded when there is something to say: nobody is to wait for it. */

import { type RecordedCapture, renderRecorded } from "@memspec/core/reports";

/** @param colour whether colours are wanted: they are shown where the terminal has them */
export function tellRecorded(captures: readonly RecordedCapture[], colour: boolean): void {
  const shows = colour && process.stderr.isTTY === true && (process.env["NO_COLOR"] ?? "") === "";
  process.stderr.write(renderRecorded(captures, { width: process.stderr.columns, colour: shows }));
}
