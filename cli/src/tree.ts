/** `memspec tree`: who called what, with the bytes of all that was called from there. */

import { renderTree } from "@memspec/core/reports";
import type { Command } from "commander";
import { addCaptureOptions, type CaptureOptions, shareOption, VIEW_HELP, viewOptionsOf } from "./capture-options.js";
import { helpText } from "./help-text.js";
import { readCapture } from "./open-view.js";
import { addOutputOptions, type OutputOptions, put, textOptionsOf } from "./output.js";
import { walkTree } from "./tree-terminal.js";

interface TreeOptions extends OutputOptions, CaptureOptions {
  readonly least: number;
  readonly interactive: boolean;
}

const HELP = `
In a terminal the tree is there to walk through: arrow keys move, open and close, "a" opens all that is below, "v" goes to the next
view, "s" to the next space, "q" quits; the source is shown beside it. Into a pipe or a file goes text.
${VIEW_HELP}

Examples:
  memspec tree app.memspec
  memspec tree app.memspec --leaks --least 5%
  memspec tree app.memspec --no-interactive | less

Exit codes: 0 done, 1 an error.`;

export function addTree(program: Command, done: (code: number) => void): void {
  const command = program
    .command("tree")
    .description("Show the calls that allocated as a tree, the biggest first.")
    .argument("<files...>", "a capture, or those of several processes of one run")
    .option("--least <share>", "in text: calls with at least this share of the whole", shareOption, 0.01)
    .option("--no-interactive", "text, even in a terminal");
  addOutputOptions(addCaptureOptions(command))
    .addHelpText("after", helpText(HELP))
    .action(async (files: readonly string[], options: TreeOptions) => {
      const asked = viewOptionsOf(options);
      const { allFrames = false, least } = options;
      const text = textOptionsOf(program, options);
      if (options.interactive && options.output === undefined && process.stdin.isTTY && process.stdout.isTTY) {
        const others = (["peak", "leaked", "temporary", "allocated"] as const).filter((kind) => kind !== asked.kind);
        const spaces = asked.spaces === undefined ? {} : { spaces: asked.spaces };
        const views = [asked, ...others.map((kind) => ({ kind, ...spaces }))];
        await walkTree(await readCapture(files, views, options), { allFrames, colour: text.colour });
      } else {
        const { reading, info, shown } = await readCapture(files, [asked], options);
        for (const view of shown) put(renderTree(view, reading.tree, info, { ...text, least, allFrames }), options);
      }
      done(0);
    });
}
