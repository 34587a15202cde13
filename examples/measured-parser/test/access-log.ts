import { readFileSync } from "node:fs";
import path from "node:path";

/** The log that make-log.mjs writes. Both runners start in the project's root. */
export function readAccessLog(): Buffer {
  return readFileSync(path.resolve("data/access.log"));
}
