/** Lines of a page's `sh` blocks; a line that ends with a backslash goes on in the next. */
export function pageCommands(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(/^```sh\n(.*?)^```$/gmsu)].map((match) => match[1] ?? "");
  return blocks.flatMap((block) => block.replaceAll("\\\n", " ").split("\n")).filter((line) => line.trim() !== "");
}
