/** `memspec merge`: the reports of shards as that of one run. */

import { mergeRunReports, type NamedReport, readRunReport } from "@memspec/core/reports";
import type { Command } from "commander";
import { helpText } from "./help-text.js";
import { addOutputOptions, type OutputOptions, put } from "./output.js";

const HELP = `
Examples:
  memspec merge shard-*.json -o memory.json
  memspec merge shard-*.json | memspec report /dev/stdin --html memory.html

The shards must be of one run: the same runner, memspec, platform and Node. A shard that is missing is told in the report.`;

export function addMerge(program: Command, done: (code: number) => void): void {
  const command = program
    .command("merge")
    .description("Join the reports of the shards of one run.")
    .argument("<files...>", "JSON reports of the shards, in any order");
  addOutputOptions(command)
    .addHelpText("after", helpText(HELP))
    .action((files: readonly string[], options: OutputOptions) => {
      const parts: NamedReport[] = [];
      for (const name of files) parts.push({ name, report: readRunReport(name) });
      put(`${JSON.stringify(mergeRunReports(parts))}\n`, options);
      done(0);
    });
}
