/** What a test is called between the process that runs it and the reporter, where Jest has nothing but names, which may be equal. */

/** Keys for tests in the order in which they are defined. */
export function createTestKeys(): (name: readonly string[]) => string {
  const seen = new Map<string, number>();
  return (name) => {
    const joined = name.join("\u0000");
    const count = seen.get(joined) ?? 0;
    seen.set(joined, count + 1);
    return count === 0 ? joined : `${joined}\u0000#${count}`;
  };
}
