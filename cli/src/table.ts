/** `memspec table`: a capture as a page that shows its sites as a table. */

import type { Command } from "commander";
import { VIEW_HELP } from "./capture-options.js";
import { addPageOptions, PAGE_HELP, type PageOptions, writePage } from "./capture-page.js";

const HELP = `${PAGE_HELP}
${VIEW_HELP}

Examples:
  memspec table app.memspec
  memspec table app.memspec --leaks -o leaks.html
  memspec table app.memspec --all-views

Exit codes: 0 done, 1 an error.`;

export function addTable(program: Command, done: (code: number) => void): void {
  const command = program
    .command("table")
    .description("Write an HTML page with a table of the places that allocate.")
    .argument("<files...>", "a capture, or those of several processes of one run");
  addPageOptions(command, "table")
    .addHelpText("after", HELP)
    .action(async (files: readonly string[], options: PageOptions) => {
      await writePage(files, options, "table", { first: "table" });
      done(0);
    });
}
