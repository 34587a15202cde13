/** `memspec stats`: the figures of a whole capture. */

import { renderStatistics, statisticsReport } from "@memspec/core/reports";
import type { Command } from "commander";
import { positive } from "./capture-options.js";
import { helpText } from "./help-text.js";
import { readCapture } from "./open-view.js";
import { addOutputOptions, type OutputOptions, put, textOptionsOf } from "./output.js";

interface StatsOptions extends OutputOptions {
  readonly json?: true;
  readonly limit: number;
  readonly allFrames?: true;
}

const HELP = `
Totals and peaks of each space, sizes of allocations, what was freed at once, what V8 holds without using it, and the functions and
packages that allocated most. Figures with a "~" are estimates from samples of the heap; all others are exact.

Examples:
  memspec stats app.memspec
  memspec stats app.memspec --limit 20
  memspec stats app.memspec --json | jq .statistics.peak

Exit codes: 0 done, 1 an error.`;

export function addStats(program: Command, done: (code: number) => void): void {
  const command = program
    .command("stats")
    .description("Show the figures of a whole capture.")
    .argument("<files...>", "a capture, or those of several processes of one run")
    .option("--limit <rows>", "most rows of each list", positive, 5)
    .option("--all-frames", "also frames of Node's internals, test runners and memspec")
    .option("--json", "as JSON");
  addOutputOptions(command)
    .addHelpText("after", helpText(HELP))
    .action(async (files: readonly string[], options: StatsOptions) => {
      const { reading, info, shown } = await readCapture(files, [{ kind: "allocated" }]);
      const { limit, allFrames = false } = options;
      for (const { view } of shown) {
        const report = statisticsReport(reading, view, info, { limit, allFrames });
        const text = options.json
          ? `${JSON.stringify(report, null, 2)}\n`
          : renderStatistics(report, info, textOptionsOf(program, options));
        put(text, options);
      }
      done(0);
    });
}
