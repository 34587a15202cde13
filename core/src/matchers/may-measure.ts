import { readFileSync } from "node:fs";

/** In the name of every matcher, and in whatever else declares a limit: `limitMemory`, `meta.memory`, `@memory-limit`. */
const TELLING = /memspec|memory|toAllocate|toPeakBelow|toRetain|toBeCollected|leak/iu;

/**
 * Whether the text of a test file looks as if it measured something, so that the tracker should be there before the
 * file's code is compiled. Wrong either way it costs no figure: a file that merely looks so pays for the tracker, and
 * one that measures only through a helper gets the tracker with its first measurement or limit.
 *
 * @param file absolute path; one that cannot be read may measure
 */
export function mayMeasure(file: string): boolean {
  try {
    return TELLING.test(readFileSync(file, "utf8"));
  } catch {
    return true;
  }
}
