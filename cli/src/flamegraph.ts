/** `memspec flamegraph`: a capture as a page that shows its flamegraph. */

import { type Command, Option } from "commander";
import { VIEW_HELP } from "./capture-options.js";
import { addPageOptions, PAGE_HELP, type PageOptions, writePage } from "./capture-page.js";

interface FlamegraphOptions extends PageOptions {
  readonly direction: "icicle" | "flame";
  readonly inverted?: true;
}

const HELP = `${PAGE_HELP}
${VIEW_HELP}

Examples:
  memspec flamegraph app.memspec
  memspec flamegraph app.memspec --leaks -o leaks.html
  memspec flamegraph app.memspec --inverted --space native
  memspec flamegraph app.memspec --temporal

Exit codes: 0 done, 1 an error.`;

export function addFlamegraph(program: Command, done: (code: number) => void): void {
  const command = program
    .command("flamegraph")
    .description("Write an HTML page with the flamegraph of a capture.")
    .argument("<files...>", "a capture, or those of several processes of one run")
    .addOption(
      new Option("--direction <direction>", "the root at the top (icicle) or at the bottom (flame)")
        .choices(["icicle", "flame"])
        .default("icicle"),
    )
    .option("--inverted", "begin with where it was allocated, its callers behind");
  addPageOptions(command, "flamegraph")
    .addHelpText("after", HELP)
    .action(async (files: readonly string[], options: FlamegraphOptions) => {
      const { direction, inverted = false } = options;
      await writePage(files, options, "flamegraph", { first: "flame", direction, inverted });
      done(0);
    });
}
