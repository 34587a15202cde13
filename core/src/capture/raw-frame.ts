/** A frame of a stack as the addon gives it: in the code that runs, not in the source that it was made of. */

export type RawFrameKind = "javascript" | "native" | "builtin" | "unknown";

export interface RawFrame {
  readonly kind: RawFrameKind;
  /** "" when anonymous. */
  readonly functionName: string;
  /** Script name or sourceURL as V8 has it (path or file: URL); for native frames the object's file name. */
  readonly url: string;
  /** -1: none. Key for `sourceMapUrl`. */
  readonly scriptId: number;
  /** 1-based, in the generated source; 0: unknown. */
  readonly line: number;
  readonly column: number;
  /** The position is the function's own start, not the call's. */
  readonly lineIsFunction: boolean;
  readonly inlined: boolean;
}
