/** An order of texts that is the same on every machine, and costs nothing to set up: the first collator takes milliseconds. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
