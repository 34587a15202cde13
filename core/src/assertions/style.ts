/** How parts of a message stand out. Every function returns text of the same visible width. */
export interface MessageStyle {
  /** The figure that matters, headings. */
  strong(text: string): string;
  /** What can be skipped. */
  faint(text: string): string;
  /** What is wrong. */
  bad(text: string): string;
  /** What was asked for. */
  good(text: string): string;
  /** A place in the source. */
  place(text: string): string;
}

const same = (text: string): string => text;

/** No colours: for logs, files and tests. */
export const PLAIN_STYLE: MessageStyle = { strong: same, faint: same, bad: same, good: same, place: same };
