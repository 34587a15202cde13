/** Spaces as names, numbers and sets of bits. */

import { SpaceCode } from "../format/format.js";
import type { CaptureSpace } from "../model/capture.js";

/** By the number that the file has. */
export const SPACE_NAMES: readonly CaptureSpace[] = ["heap", "buffers", "native"];

export const HEAP_BIT: number = 1 << SpaceCode.heap;
export const OFF_HEAP_BITS: number = (1 << SpaceCode.buffers) | (1 << SpaceCode.native);
export const ALL_BITS: number = HEAP_BIT | OFF_HEAP_BITS;

export function bitsOf(spaces: readonly CaptureSpace[]): number {
  return spaces.reduce((bits, space) => bits | (1 << SpaceCode[space]), 0);
}

export function spaceName(code: number): CaptureSpace {
  return SPACE_NAMES[code] ?? "native";
}
