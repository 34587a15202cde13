/** `memspec summary`: the functions that allocate. */

import { renderSummary, SUMMARY_SORTS, type SummarySort } from "@memspec/core/reports";
import { type Command, Option } from "commander";
import { addCaptureOptions, type CaptureOptions, positive, VIEW_HELP } from "./capture-options.js";
import { helpText } from "./help-text.js";
import { readView } from "./open-view.js";
import { addOutputOptions, type OutputOptions, put, textOptionsOf } from "./output.js";

interface SummaryOptions extends OutputOptions, CaptureOptions {
  readonly sort: SummarySort;
  readonly limit: number;
}

const HELP = `
Columns: own is what a function allocated itself, total what it and all that it called allocated, count the number of its own
allocations. The place is the line that most bytes went through; "+2": they went through two more. What Node, a test runner or
memspec allocated counts for the function that called them.
${VIEW_HELP}

Examples:
  memspec summary app.memspec
  memspec summary app.memspec --sort total --limit 50
  memspec summary app.memspec --leaks --space native
  memspec summary app.memspec --from 1000 --to 2500

Exit codes: 0 done, 1 an error.`;

export function addSummary(program: Command, done: (code: number) => void): void {
  const command = program
    .command("summary")
    .description("Show the functions that allocated, with what they allocated themselves and in all.")
    .argument("<files...>", "a capture, or those of several processes of one run")
    .addOption(new Option("--sort <column>", "by this column").choices(SUMMARY_SORTS).default("own"))
    .option("--limit <rows>", "most rows", positive, 20);
  addOutputOptions(addCaptureOptions(command))
    .addHelpText("after", helpText(HELP))
    .action(async (files: readonly string[], options: SummaryOptions) => {
      const { reading, info, view } = await readView(files, options);
      const { sort, limit, allFrames = false } = options;
      put(
        renderSummary(view, reading.tree, info, { ...textOptionsOf(program, options), sort, limit, allFrames }),
        options,
      );
      done(0);
    });
}
