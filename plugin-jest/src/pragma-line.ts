/** Where in a test file its limits are declared. Apart from their reading, which needs the whole core. */

/** 1-based line of the first pragma in a file's text that is ours or looks like it; 1 when there is none. */
export function pragmaLine(text: string): number {
  const index = text.split("\n").findIndex((line) => /@\S*(?:limit|memory)/i.test(line));
  return index === -1 ? 1 : index + 1;
}
