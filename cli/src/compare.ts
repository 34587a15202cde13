/** `memspec compare`: what got worse and better between two runs. */

import {
  compareRuns,
  DEFAULT_TOLERANCE,
  type RunComparison,
  readRunReport,
  renderComparison,
} from "@memspec/core/reports";
import type { Command } from "commander";
import { shareOption, sizeOption } from "./capture-options.js";
import { helpText } from "./help-text.js";
import { addOutputOptions, type OutputOptions, put } from "./output.js";

/** 1 is an error's: a script can tell "worse" from "could not compare". */
const EXIT_CODES: Readonly<Record<RunComparison["verdict"], number>> = { same: 0, worse: 2, better: 4 };

interface CompareOptions extends OutputOptions {
  readonly tolerance: number;
  readonly absolute: number;
  readonly json?: true;
}

const HELP = `
A figure changed when it differs by more than both tolerances. Peaks and allocated bytes of tests and files are compared,
leaks by their signature, and whether a worker died.

Exit codes: 0 nothing changed, 2 something got worse, 4 something got better and nothing worse, 1 an error.

Examples:
  memspec compare base.json head.json
  memspec compare base.json head.json --tolerance 5% --absolute 1MB -o comment.md`;

export function addCompare(program: Command, done: (code: number) => void): void {
  const command = program
    .command("compare")
    .description("Say what got worse and better between two runs, as Markdown.")
    .argument("<base>", "JSON report of the run before")
    .argument("<head>", "JSON report of the run after")
    .option("--tolerance <share>", "relative tolerance, such as 5% or 0.05", shareOption, DEFAULT_TOLERANCE.relative)
    .option("--absolute <size>", 'absolute tolerance, such as "500 kB"', sizeOption, DEFAULT_TOLERANCE.absoluteBytes)
    .option("--json", "the comparison as JSON");
  addOutputOptions(command)
    .addHelpText("after", helpText(HELP))
    .action((baseFile: string, headFile: string, options: CompareOptions) => {
      const tolerance = { relative: options.tolerance, absoluteBytes: options.absolute };
      const base = readRunReport(baseFile);
      const head = readRunReport(headFile);
      const comparison = compareRuns(base, head, tolerance);
      const text = options.json ? `${JSON.stringify(comparison, null, 2)}\n` : renderComparison(comparison, tolerance);
      put(text, options);
      done(EXIT_CODES[comparison.verdict]);
    });
}
