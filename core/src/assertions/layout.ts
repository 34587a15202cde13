/** Columns of text for a terminal. Widths are counted before colours are put on. */

/** No line of a short message is wider, unless a single word is. */
export const MESSAGE_WIDTH = 100;

export interface Cell {
  readonly text: string;
  readonly align?: "left" | "right";
  readonly paint?: (text: string) => string;
}

/** Code points, which is what a terminal shows in one column for the text that messages hold. */
function widthOf(text: string): number {
  let width = 0;
  for (const _ of text) width += 1;
  return width;
}

function padded(cell: Cell, width: number): string {
  const gap = " ".repeat(Math.max(0, width - widthOf(cell.text)));
  const painted = cell.paint === undefined || cell.text === "" ? cell.text : cell.paint(cell.text);
  return cell.align === "right" ? gap + painted : painted + gap;
}

/**
 * Lines with their cells in columns, two blanks between them. The last cell of a row is neither padded nor does it
 * widen its column, so that a long remark pushes nothing aside.
 *
 * @param indent blanks before each line
 */
export function alignColumns(rows: readonly (readonly Cell[])[], indent: number): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      const counts = column < row.length - 1 || cell.align === "right";
      if (counts) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell.text));
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const last = column === row.length - 1;
      return padded(cell, last && cell.align !== "right" ? 0 : (widths[column] ?? 0));
    });
    return `${" ".repeat(indent)}${cells.join("  ")}`.trimEnd();
  });
}

/** Cuts the middle out of a text that is too wide: both ends of a path or a name say something. */
export function shorten(text: string, width: number): string {
  const points = [...text];
  if (points.length <= width) return text;
  const tail = Math.ceil((width - 1) * 0.7);
  const head = width - 1 - tail;
  return `${points.slice(0, head).join("")}…${points.slice(points.length - tail).join("")}`;
}

/**
 * Breaks a sentence into lines at blanks.
 *
 * @param indent blanks before each line
 * @param firstPrefix stands before the first line in place of its indent's end
 */
export function wrapText(text: string, indent: number, firstPrefix = ""): readonly string[] {
  const lines: string[] = [];
  const hanging = " ".repeat(indent + widthOf(firstPrefix));
  let line = " ".repeat(indent) + firstPrefix;
  let empty = true;
  for (const word of text.split(/\s+/u)) {
    if (!empty && widthOf(line) + 1 + widthOf(word) > MESSAGE_WIDTH) {
      lines.push(line);
      line = hanging;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines;
}
