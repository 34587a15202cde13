/** Text below a command's options, broken to the width of the terminal. */

import type { AddHelpTextContext } from "commander";

const MOST_WIDTH = 100;
const DEFAULT_WIDTH = 80;

/**
 * Lines that begin with blanks stay as they are; others, up to an empty line or one with blanks, are one paragraph. A line that ends with a
 * colon ends one.
 */
export function helpText(text: string): (context: AddHelpTextContext) => string {
  return ({ error }) => {
    const columns = (error ? process.stderr : process.stdout).columns ?? DEFAULT_WIDTH;
    return broken(text, Math.min(MOST_WIDTH, columns));
  };
}

function broken(text: string, width: number): string {
  const lines: string[] = [];
  let paragraph: string[] = [];
  const end = (): void => {
    if (paragraph.length > 0) lines.push(...wrapped(paragraph.join(" "), width));
    paragraph = [];
  };
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith(" ")) {
      end();
      lines.push(line);
    } else {
      paragraph.push(line);
      if (line.endsWith(":")) end();
    }
  }
  end();
  return lines.join("\n");
}

function wrapped(paragraph: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
