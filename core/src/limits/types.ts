/** Shapes of what the adapters call for limits on test bodies. */

import type { FigureName } from "../assertions/figures.js";
import type { AssertableSpace } from "../capture/measurement.js";
import type { MemoryLimit } from "./limits.js";

/** The part of a runner's `MatcherHost` that limits need. */
export interface LimitsHost {
  readonly root: string;
  readonly colour?: boolean | undefined;
  currentTest(): { readonly fullName: string; readonly concurrent: boolean } | undefined;
}

/** Globs (relative to the root, `/` as separator) to limits. `default` limits what no matching glob limits. */
export type LimitsTable = Readonly<Record<string, MemoryLimit>>;

/** A declared limit after validation. */
export interface ParsedLimit {
  readonly source: string;
  /** At least one. */
  readonly figures: readonly FigureLimit[];
  readonly spaces: readonly AssertableSpace[];
  /** The declaration names its spaces: one that is unavailable is an error. */
  readonly spacesNamed: boolean;
}

export interface FigureLimit {
  readonly figure: FigureName;
  readonly limitBytes: number;
}

/** A test's body as a runner calls it: any `this`, any arguments. */
export type TestBody = (this: never, ...args: never[]) => unknown;
