/** What reading asks of those who know native symbols. */

import type { NativeModule } from "./definitions.js";

/** A native frame in the source. One address may be several: functions that were inlined into each other. */
export interface NativeSourceFrame {
  /** Demangled; "": unknown. */
  readonly functionName: string;
  /** Absolute path of the source, or of the module where the source is not known. */
  readonly file: string;
  /** 1-based; `null`: unknown. */
  readonly line: number | null;
  readonly column: number | null;
  /** Inlined into the next frame of the list. */
  readonly inlined: boolean;
}

export interface NativeSymbols {
  /**
   * @param module index into the modules that were given; -1: none is known
   * @param offset the return address less the module's load bias; the address itself where no module is known
   * @param nearest the nearest dynamic symbol, mangled; "": none
   * @returns innermost first, at least one
   */
  frames(module: number, offset: number, nearest: string): readonly NativeSourceFrame[];
}

/** Opens the symbols of modules, as far as their files are still there and the same. */
export type OpenSymbols = (modules: readonly NativeModule[]) => Promise<NativeSymbols>;
