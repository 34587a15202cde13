/** Whether processes may be read as one. */

import { MemspecError } from "../../errors/memspec-error.js";
import type { RecordedProcess } from "./recorded-process.js";

/** @throws MemspecError `MEMSPEC_CAPTURES_DIFFER` where files are not of one run, or one is there twice */
export function checkTogether(processes: readonly RecordedProcess[]): void {
  const [first] = processes;
  if (first === undefined) return;
  const seen = new Map<string, string>();
  for (const { meta, path } of processes) {
    if (meta.run === null || meta.run !== first.meta.run) {
      throw new MemspecError("MEMSPEC_CAPTURES_DIFFER", `${path} and ${first.path} are not of one run.`, {
        value: path,
        hint: "Files of one `memspec run --follow` are read together; compare others with `memspec diff`.",
      });
    }
    const key = `${meta.process.pid} ${meta.startedAt}`;
    const twice = seen.get(key);
    if (twice !== undefined) {
      throw new MemspecError("MEMSPEC_CAPTURES_DIFFER", `${path} and ${twice} hold the same process.`, {
        value: path,
        hint: "Name each file once, and not beside one that they were merged into.",
      });
    }
    seen.set(key, path);
  }
}
