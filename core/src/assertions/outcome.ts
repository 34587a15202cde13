/** What every assertion gives: plain data, and a message that is made only when somebody reads it. */

import type { MessageStyle } from "./style.js";

export interface AssertionOutcome<Facts> {
  readonly pass: boolean;
  readonly facts: Facts;
  /**
   * Why the assertion failed; with `.not`, why its contrary did.
   *
   * @param style colours; default none
   */
  message(style?: MessageStyle): string;
}

/** What a message needs to know beside the figures. */
export interface MessageContext {
  /** Absolute root of the project: places are shown relative to it. */
  readonly root: string;
  /** `expect(fn).not.…` */
  readonly isNot: boolean;
  /** The long form: more sites, every frame. */
  readonly verbose: boolean;
  /** What growth is told for; default a call. */
  readonly per?: "call" | "test";
}
