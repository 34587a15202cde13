/** What a recording is asked for. */

import type { Size } from "../../sizes/size.js";

export interface RecordingOptions {
  /** Path of the capture file; its folder must exist. */
  readonly file: string;
  /** Replace a file that is there. Default `false`: `MEMSPEC_FILE_EXISTS`. */
  readonly overwrite?: boolean;
  /** Native frames of each allocation beside those of JavaScript. Default `false`. */
  readonly nativeStacks?: boolean;
  /** Sums of each stack instead of every allocation: a small file. Default `false`. */
  readonly aggregate?: boolean;
  /** Bytes of the heap between two samples on average; "exact": every object, many times slower. Default "32 KiB". Where V8's samples are not recognised the file says that the heap was not sampled. */
  readonly heapInterval?: Size | "exact";
  /** Milliseconds between two points of the timeline, a whole number from 1. Default 10. */
  readonly timelineIntervalMs?: number;
  /** The same for all files of one command. */
  readonly run?: string;
}
