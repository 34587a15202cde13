/** Limits that a test has without a wrapper: in its `meta`, and in the table of the configuration. */

import type { ParsedLimit } from "@memspec/core/adapter";
import type { Session } from "./session.js";
import type { TestTask } from "./tasks.js";
import { wholeCore } from "./whole-core.js";

/**
 * `meta.memory` of the test or of a suite around it.
 *
 * @throws MemspecError `MEMSPEC_INVALID_SIZE`, `MEMSPEC_INVALID_LIMIT`, `MEMSPEC_UNKNOWN_OPTION`
 */
export function explicitLimits(task: TestTask): readonly ParsedLimit[] {
  const { memory } = task.meta;
  return memory === undefined ? [] : [wholeCore().parseLimit({ limit: memory, source: "meta.memory" })];
}

/** From the configuration's `limits` and `baseline`: the same for all tests of a file. */
export function limitsOfFile(file: string, session: Session): readonly ParsedLimit[] {
  const { baseline, limits } = session.options;
  if (baseline === undefined && limits === undefined) return [];
  const { baselineLimit, limitsFor, parseBaseline, parseLimit } = wholeCore();
  const { bodies, bodyTolerance } = parseBaseline(baseline, "memspec");
  const table = limitsFor(limits, session.root, file).map(parseLimit);
  return bodies ? [...table, baselineLimit(bodyTolerance)] : table;
}
