/** The `limits` table of the configuration: globs to limits, and a default. */

import { MemspecError } from "../errors/memspec-error.js";
import { showValue } from "../errors/show-value.js";
import { globFault, matchesGlob, nameForGlobs } from "../gate/globs.js";
import type { DeclaredLimit, MemoryLimit, MemoryLimits } from "./limits.js";
import { parseLimit } from "./parse-limit.js";
import type { LimitsTable } from "./types.js";

const DEFAULT = "default";

/**
 * Checks a table as it was written.
 *
 * @returns the table itself: plain data, which can be handed to workers
 * @throws MemspecError `MEMSPEC_INVALID_LIMIT` and those of `checkLimit`, naming the entry
 */
export function parseLimitsTable(value: unknown): LimitsTable {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new MemspecError("MEMSPEC_INVALID_LIMIT", `limits is an object, not ${showValue(value)}.`, {
      value,
      hint: 'Give limits by glob: { default: "100MB", "src/parser/**": "50MB" }.',
    });
  }
  for (const [glob, limit] of Object.entries(value)) {
    if (glob !== DEFAULT) checkGlob(glob);
    parseLimit({ limit: limit as MemoryLimit, source: sourceOf(glob) });
  }
  return value as LimitsTable;
}

/**
 * The limits of the table for the tests of one file. Every entry whose glob matches applies. The default applies to each
 * figure that no matching entry limits, so an entry can allow more than the default.
 *
 * @param table one that `parseLimitsTable` has checked; `undefined`: none
 * @param root globs are relative to it
 * @param file absolute, or relative to the root
 */
export function limitsFor(table: LimitsTable | undefined, root: string, file: string): readonly DeclaredLimit[] {
  if (table === undefined) return [];
  const name = nameForGlobs(root, file);
  const matching = Object.entries(table)
    .filter(([glob]) => glob !== DEFAULT && matchesGlob(glob, name))
    .map(([glob, limit]): DeclaredLimit => ({ limit, source: sourceOf(glob) }));
  const byDefault = table[DEFAULT];
  return byDefault === undefined ? matching : [...matching, ...remaining(byDefault, matching)];
}

/** What of the default no matching entry says otherwise. */
function remaining(byDefault: MemoryLimit, matching: readonly DeclaredLimit[]): readonly DeclaredLimit[] {
  const others = matching.map(parseLimit);
  const limited = new Set(others.flatMap(({ figures }) => figures.map((limit) => limit.figure)));
  const source = sourceOf(DEFAULT);
  const whole = parseLimit({ limit: byDefault, source });
  const figures = whole.figures.filter((limit) => !limited.has(limit.figure));
  const leaked = others.some(({ leaks }) => leaks !== null) ? undefined : whole.leaks?.allow;
  if (figures.length === 0 && leaked === undefined) return [];
  const space = typeof byDefault === "object" ? byDefault.space : undefined;
  const limit: MemoryLimits = {
    ...Object.fromEntries(figures.map(({ figure, limitBytes }) => [figure, limitBytes])),
    ...(leaked === undefined ? {} : { leaked }),
    ...(space === undefined ? {} : { space }),
  };
  return [{ limit, source }];
}

function sourceOf(glob: string): string {
  return glob === DEFAULT ? "limits.default" : `limits[${JSON.stringify(glob)}]`;
}

function checkGlob(glob: string): void {
  const fault = globFault(glob);
  if (fault === null) return;
  throw new MemspecError("MEMSPEC_INVALID_LIMIT", `limits: ${fault}.`, {
    value: glob,
    hint: 'Write globs relative to the root, with "/": "src/parser/**", "**/*.slow.test.ts".',
  });
}
