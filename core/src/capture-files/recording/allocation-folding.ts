/**
 * Optimised code makes room for several objects at a time (in a loop that V8 14 has unrolled, four at a time are usual), and V8's sampler
 * takes them for one object as large as all of them. A recording of every object has V8 compile code that does not.
 */

import { setFlagsFromString } from "node:v8";

/** Maglev's level of it by V8's major version; versions without a number have none, or are not known. */
const MAGLEV_LEVELS: Readonly<Record<string, number>> = { "13": 1, "14": 2 };

const maglevLevel = MAGLEV_LEVELS[process.versions.v8.split(".")[0] ?? ""];

/** Whether somebody has asked V8 for it by a flag, which then holds. */
const isGiven = process.execArgv.some((argument) => /allocation[-_]folding/u.test(argument));

/**
 * Code that is compiled from now on, in all threads, makes room for one object at a time. Code that is there already stays as it is.
 *
 * @returns what has V8 do as before
 */
export function allocateOneByOne(): () => void {
  if (isGiven) return () => {};
  setFlagsFromString("--no-turbo-allocation-folding");
  if (maglevLevel !== undefined) setFlagsFromString("--maglev-allocation-folding=0");
  return () => {
    setFlagsFromString("--turbo-allocation-folding");
    if (maglevLevel !== undefined) setFlagsFromString(`--maglev-allocation-folding=${maglevLevel}`);
  };
}
