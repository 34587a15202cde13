/** Notes below a report, broken to its width. */

const FIRST = "  note: ";

export function noteLines(notes: readonly string[], width: number): readonly string[] {
  return notes.flatMap((note) => wrapped(note, width));
}

function wrapped(note: string, width: number): readonly string[] {
  const hanging = " ".repeat(FIRST.length);
  const lines: string[] = [];
  let line = FIRST;
  let empty = true;
  for (const word of note.split(/\s+/u)) {
    if (!empty && [...line].length + 1 + [...word].length > width) {
      lines.push(line);
      line = hanging;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}
