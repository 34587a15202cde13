/** `memspec diff`: what allocates more and less than in an earlier capture. */

import { compareViews, renderComparedViews, type ViewComparison } from "@memspec/core/reports";
import type { Command } from "commander";
import {
  addCaptureOptions,
  type CaptureOptions,
  positive,
  shareOption,
  sizeOption,
  VIEW_HELP,
} from "./capture-options.js";
import { helpText } from "./help-text.js";
import { readView } from "./open-view.js";
import { addOutputOptions, type OutputOptions, put, textOptionsOf } from "./output.js";

interface DiffOptions extends OutputOptions, CaptureOptions {
  readonly limit: number;
  readonly tolerance: number;
  readonly absolute: number;
  readonly json?: true;
}

/** As of `memspec compare`: 1 is an error's. */
const EXIT_CODES: Readonly<Record<ViewComparison["verdict"], number>> = { same: 0, grown: 2, shrunk: 4 };

const HELP = `
Functions are compared by what they allocated themselves, by name and file: lines may have moved. The sum has grown or shrunk when it
differs by more than both tolerances.
${VIEW_HELP}

Examples:
  memspec diff before.memspec after.memspec
  memspec diff before.memspec after.memspec --leaks --limit 30
  memspec diff before.memspec after.memspec --tolerance 10% --absolute 1MB

Exit codes: 0 the sum is the same within the tolerance, 2 it has grown, 4 it has shrunk, 1 an error.`;

export function addDiff(program: Command, done: (code: number) => void): void {
  const command = program
    .command("diff")
    .description("Show what allocates more and less than in an earlier capture.")
    .argument("<before>", "the earlier capture")
    .argument("<after>", "the later one")
    .option("--limit <rows>", "most rows for what grew, and for what shrank", positive, 10)
    .option("--tolerance <share>", "relative tolerance of the sum, such as 5% or 0.05", shareOption, 0.05)
    .option("--absolute <size>", 'absolute tolerance of the sum, such as "500 kB"', sizeOption, 100_000)
    .option("--json", "as JSON");
  addOutputOptions(addCaptureOptions(command))
    .addHelpText("after", helpText(HELP))
    .action(async (beforeFile: string, afterFile: string, options: DiffOptions) => {
      const before = comparedOf(await readView([beforeFile], options));
      const after = comparedOf(await readView([afterFile], options));
      const tolerance = { relative: options.tolerance, absoluteBytes: options.absolute };
      const comparison = compareViews(before, after, tolerance, options.allFrames === true);
      const { limit } = options;
      const text = options.json
        ? `${JSON.stringify(comparison, null, 2)}\n`
        : renderComparedViews(comparison, before, after, { ...textOptionsOf(program, options), limit });
      put(text, options);
      done(EXIT_CODES[comparison.verdict]);
    });
}

function comparedOf({ reading, info, view }: Awaited<ReturnType<typeof readView>>) {
  return { ...view, tree: reading.tree, info };
}
