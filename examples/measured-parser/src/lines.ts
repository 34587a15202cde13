const NEWLINE = 0x0a;

/** Where each line of a file ends, as offsets: four bytes a line, outside of JavaScript's heap. */
export function indexLines(file: Buffer): Uint32Array {
  let count = 0;
  for (let at = file.indexOf(NEWLINE); at >= 0; at = file.indexOf(NEWLINE, at + 1)) count += 1;
  const ends = new Uint32Array(count);
  let line = 0;
  for (let at = file.indexOf(NEWLINE); at >= 0; at = file.indexOf(NEWLINE, at + 1)) ends[line++] = at;
  return ends;
}

/** The lines of a file one after the other, so that only one of them has to exist at a time. */
export function* lines(file: Buffer): Generator<string> {
  let start = 0;
  for (let end = file.indexOf(NEWLINE); end >= 0; end = file.indexOf(NEWLINE, start)) {
    yield file.toString("latin1", start, end);
    start = end + 1;
  }
  if (start < file.length) yield file.toString("latin1", start);
}
