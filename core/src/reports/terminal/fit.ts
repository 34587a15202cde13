/** Lines that fit a terminal. Colours take no room. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with the control character ESC
const COLOUR = /\u001b\[[\d;]*m/gu;
const HANGING = 2;

export function visibleWidth(text: string): number {
  return [...text.replaceAll(COLOUR, "")].length;
}

/**
 * Breaks lines that are too wide at blanks; what follows is indented a little more. A single word that is too wide stays
 * whole: a path that is cut cannot be opened.
 */
export function fitLines(lines: readonly string[], width: number): readonly string[] {
  return lines.flatMap((line) => (visibleWidth(line) <= width ? [line] : broken(line, width)));
}

function broken(line: string, width: number): readonly string[] {
  const indent = /^ */u.exec(line)?.[0] ?? "";
  const hanging = `${indent}${" ".repeat(HANGING)}`;
  const result: string[] = [];
  let current = indent;
  let empty = true;
  for (const [gap, word] of wordsOf(line.slice(indent.length))) {
    if (!empty && visibleWidth(current) + gap.length + visibleWidth(word) > width) {
      result.push(current);
      current = hanging + word;
    } else {
      current += empty ? word : gap + word;
    }
    empty = false;
  }
  result.push(current);
  return result;
}

/** Words, each with the blanks before it. */
function wordsOf(text: string): readonly (readonly [gap: string, word: string])[] {
  return [...text.matchAll(/( *)([^ ]+)/gu)].map((match) => [match[1] ?? "", match[2] ?? ""]);
}
