/** Limits that a test has without a wrapper: in its `meta`, and in the table of the configuration. */

import { baselineLimit, limitsFor, type ParsedLimit, parseBaseline, parseLimit } from "@memspec/core/adapter";
import type { Session } from "./session.js";
import type { TestTask } from "./tasks.js";

export interface DeclaredLimits {
  /** `meta.memory` of the test or of a suite around it. */
  readonly explicit: readonly ParsedLimit[];
  /** From the configuration's `limits` and `baseline`. */
  readonly table: readonly ParsedLimit[];
}

/** @throws MemspecError `MEMSPEC_INVALID_SIZE`, `MEMSPEC_INVALID_LIMIT`, `MEMSPEC_UNKNOWN_OPTION` for a wrong `meta.memory` */
export function declaredLimits(task: TestTask, session: Session): DeclaredLimits {
  const { memory } = task.meta;
  const { bodies, bodyTolerance } = parseBaseline(session.options.baseline, "memspec");
  const table = limitsFor(session.options.limits, session.root, task.file.filepath).map(parseLimit);
  return {
    explicit: memory === undefined ? [] : [parseLimit({ limit: memory, source: "meta.memory" })],
    table: bodies ? [...table, baselineLimit(bodyTolerance)] : table,
  };
}
