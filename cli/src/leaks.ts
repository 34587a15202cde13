/** `memspec leaks`: what is alive in a heap snapshot, or new between two, and why. */

import path from "node:path";
import { analyzeSnapshot, diffSnapshots } from "@memspec/core";
import { newBytes, renderSnapshot, renderSnapshotDiff } from "@memspec/core/reports";
import type { Command } from "commander";
import { positive, sizeOption } from "./capture-options.js";
import { helpText } from "./help-text.js";
import { addOutputOptions, type OutputOptions, put, textOptionsOf } from "./output.js";

interface LeaksOptions extends OutputOptions {
  readonly limit: number;
  readonly avoid?: readonly string[];
  readonly failAbove?: number;
  readonly json?: true;
}

/** 1 is an error's. */
const GREW = 2;

const HELP = `
Of one snapshot: the objects and types that retain most, and what keeps them alive. Of two of one process: the objects that are new
in the second, in groups of one type kept alive in the same way; of two processes, the types that grew.
Snapshots come from node --heapsnapshot-signal=SIGUSR2, v8.writeHeapSnapshot() or Chrome. docs/snapshots.md explains the figures.

Examples:
  memspec leaks app.heapsnapshot
  memspec leaks before.heapsnapshot after.heapsnapshot
  memspec leaks before.heapsnapshot after.heapsnapshot --fail-above 1MB

Exit codes: 0 done, 2 with --fail-above: new objects retain more, 1 an error.`;

export function addLeaks(program: Command, done: (code: number) => void): void {
  const command = program
    .command("leaks")
    .description("Show what is alive in a heap snapshot, or new between two, and what keeps it alive.")
    .argument("<snapshot>", "a .heapsnapshot file")
    .argument("[after]", "a later one")
    .option("--limit <rows>", "most entries of each list", positive, 10)
    .option(
      "--avoid <part>",
      "lead paths around scripts whose name has this part; may be given more than once",
      gathered,
    )
    .option("--fail-above <size>", "with two snapshots: exit code 2 if new objects retain more than this", sizeOption)
    .option("--json", "as JSON");
  addOutputOptions(command)
    .addHelpText("after", helpText(HELP))
    .action(async (before: string, after: string | undefined, options: LeaksOptions) => {
      const { limit, avoid = [], failAbove } = options;
      const query = { limit, avoid };
      const root = process.cwd();
      const text = textOptionsOf(program, options);
      if (after === undefined) {
        if (failAbove !== undefined) {
          command.error("error: --fail-above compares two snapshots; give the second one, too");
        }
        const analysis = await analyzeSnapshot(before, query);
        const title = path.basename(before);
        put(options.json ? asJson(analysis) : renderSnapshot(analysis, { ...text, title, root, limit }), options);
        done(0);
        return;
      }
      // The sum is of all groups, the list of as many as were asked for.
      const diff = await diffSnapshots(before, after, failAbove === undefined ? query : { limit: MOST, avoid });
      const title = `${path.basename(before)} → ${path.basename(after)}`;
      put(options.json ? asJson(diff) : renderSnapshotDiff(diff, { ...text, title, root, limit }), options);
      const bytes = newBytes(diff);
      if (failAbove !== undefined && bytes === null) {
        command.error("error: --fail-above needs two snapshots of one process; these are of two");
      }
      done(failAbove !== undefined && bytes !== null && bytes > failAbove ? GREW : 0);
    });
}

/** As many groups as an analysis gives at most. */
const MOST = 1_000_000;

function asJson(data: unknown): string {
  return `${JSON.stringify(data, null, 2)}\n`;
}

function gathered(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
