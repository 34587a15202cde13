/** How a capture is shown as text, the same for all views. */

import { messageStyle } from "../../assertions/colours.js";
import { MESSAGE_WIDTH } from "../../assertions/layout.js";
import type { MessageStyle } from "../../assertions/style.js";

export interface CaptureTextOptions {
  /** Columns; default 100, at least 60. */
  readonly width?: number | undefined;
  /** Whether to colour; `undefined`: what the process's output can show. */
  readonly colour?: boolean | undefined;
}

export interface TextFrame {
  readonly width: number;
  readonly style: MessageStyle;
}

const LEAST_WIDTH = 60;
const MOST_WIDTH = 200;

export function textFrame(options: CaptureTextOptions): TextFrame {
  const width = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, Math.floor(options.width ?? MESSAGE_WIDTH)));
  return { width, style: messageStyle(options.colour) };
}

/** Lines as one text, each ended, without blanks at their ends. */
export function asText(lines: readonly string[]): string {
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}
