/** The contract of a test file's births (native/capture/birth_run.h): plain data, no behaviour. */

import type { RawAlive } from "./leak-binding.js";

/** What was born between two marks, and is alive when it is read. */
export interface RawInterval {
  /** Objects of the interval have ids above this one … */
  readonly firstObjectId: number;
  /** … and up to this one. */
  readonly lastObjectId: number;
  readonly heap: RawAlive;
  /** `null`: the allocator's hooks could not be installed. */
  readonly buffers: RawAlive | null;
  readonly native: RawAlive | null;
}

/** The part of the addon that tells what each test of a file leaves alive. One file at a time in an isolate. */
export interface BirthBinding {
  /** From here to `birthsEnd` objects have ids, and the first interval runs. A file that was not ended is dropped. */
  birthsBegin(): void;
  /** Ends the running interval and begins the next. V8 collects once and walks the heap. */
  birthsMark(): void;
  /** What is alive of each interval that was ended. Macrotasks must have gone by. Collects. */
  birthsRead(): readonly RawInterval[];
  birthsEnd(): void;
}
