/** What is declared for one test file, read when its environment is made: options, and limits that no test names. */

import { readFileSync } from "node:fs";
import type { MemspecError, MemspecOptions, ParsedLimit } from "@memspec/core/adapter";
import {
  baselineLimit,
  isMemspecError,
  limitsFor,
  parseBaseline,
  parseLimit,
  parseOptions,
} from "@memspec/core/adapter";
import type { Pragmas } from "./docblock.js";
import { docblockLimits } from "./docblock.js";
import { pragmaLine } from "./pragma-line.js";
import { pointAt, pointAtConfiguration } from "./test-error.js";

/** Limits that no test names by itself. */
export interface DeclaredLimits {
  /** Of the file's docblock. */
  readonly docblock: readonly ParsedLimit[];
  /** Of the configuration: `limits`, `baseline`. */
  readonly table: readonly ParsedLimit[];
}

/** The options of Jest's environment, of which `memory` is ours. */
export interface EnvironmentOptions {
  readonly memory?: unknown;
  readonly [key: string]: unknown;
}

/**
 * `testEnvironmentOptions.memory`: where Jest lets a plugin have options, per project and per file. It is parted from what the
 * base environment may see, since Jest's Node environment makes every option a global of the sandbox.
 *
 * @throws MemspecError those of `parseOptions`
 */
export function splitOptions(options: EnvironmentOptions): {
  readonly memory: MemspecOptions;
  readonly others: EnvironmentOptions;
} {
  const { memory, ...others } = options;
  return {
    memory: placed(
      () => parseOptions(memory ?? {}),
      (error) => pointAtConfiguration(error, "testEnvironmentOptions.memory"),
    ),
    others,
  };
}

/**
 * The limits for the tests of one file.
 *
 * @throws MemspecError those of `docblockLimits` and `parseLimit`, at the line of the docblock
 */
export function declaredLimits(root: string, file: string, pragmas: Pragmas, options: MemspecOptions): DeclaredLimits {
  const { bodies, bodyTolerance } = parseBaseline(options.baseline, "testEnvironmentOptions.memory");
  const table = limitsFor(options.limits, root, file).map(parseLimit);
  return {
    docblock: placed(
      () => docblockLimits(pragmas).map(parseLimit),
      (error) => pointAt(error, file, pragmaLine(readFileSync(file, "utf8"))),
    ),
    table: bodies ? [...table, baselineLimit(bodyTolerance)] : table,
  };
}

/** Nothing of the user's has run yet, so a stack would show memspec alone: the error is told where the fault stands. */
function placed<T>(read: () => T, place: (error: MemspecError) => void): T {
  try {
    return read();
  } catch (error) {
    if (isMemspecError(error)) place(error);
    throw error;
  }
}
