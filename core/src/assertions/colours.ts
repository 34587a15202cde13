/** Colours of messages for terminals. */

import { Chalk, type ChalkInstance } from "chalk";
import { type MessageStyle, PLAIN_STYLE } from "./style.js";

/**
 * @param colour what the runner decided; `undefined`: what the process's output can show
 */
export function messageStyle(colour: boolean | undefined): MessageStyle {
  // Left alone, chalk looks at the terminal.
  const shows = colour ?? new Chalk().level > 0;
  return shows ? styleOf(new Chalk({ level: 1 })) : PLAIN_STYLE;
}

function styleOf(chalk: ChalkInstance): MessageStyle {
  return {
    strong: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
    bad: (text) => chalk.red(text),
    good: (text) => chalk.green(text),
    place: (text) => chalk.cyan(text),
  };
}
