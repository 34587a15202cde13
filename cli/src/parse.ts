/** `memspec parse`: every record of a capture, as text. */

import { openCapture } from "@memspec/core/captures";
import { type Capture, recordText, stackText } from "@memspec/core/reports";
import type { Command } from "commander";
import { helpText } from "./help-text.js";
import { addOutputOptions, type OutputOptions, putLines } from "./output.js";

interface ParseOptions extends OutputOptions {
  readonly stacks?: true;
}

const HELP = `
One record a line, in the order of the file: its type, then name=value. Sizes are bytes, times microseconds since the recording
began. docs/capture-format.md says what each record means. The first lines are what is known of the process.

Examples:
  memspec parse app.memspec | head
  memspec parse app.memspec | grep -c ^allocation
  memspec parse app.memspec --stacks | less

Exit codes: 0 done, 1 an error, or the file is damaged (what is before the damage is printed).`;

export function addParse(program: Command, done: (code: number) => void): void {
  const command = program
    .command("parse")
    .description("Print every record of a capture as text.")
    .argument("<file>", "a capture of all allocations")
    .option("--stacks", "with each stack's frames below the first record that names it");
  addOutputOptions(command)
    .addHelpText("after", helpText(HELP))
    .action(async (file: string, options: ParseOptions) => {
      const capture = await openCapture(file);
      let damaged = false;
      await putLines(
        linesOf(capture, options.stacks === true, () => {
          damaged = true;
        }),
        options,
      );
      done(damaged ? 1 : 0);
    });
}

async function* linesOf(capture: Capture, stacks: boolean, onDamage: () => void): AsyncIterable<string> {
  const { info } = capture;
  for (const { meta } of info.processes) yield `meta ${JSON.stringify(meta)}`;
  for (const { id, systemId, name, isolate } of info.threads) {
    yield `thread id=${id} systemId=${systemId} isolate=${isolate} name=${JSON.stringify(name)}`;
  }
  const told = new Set<string>();
  let process = 0;
  for await (const record of capture.records()) {
    yield recordText(record);
    if (record.type === "process") process = record.process;
    if (record.type === "damage") onDamage();
    if (!stacks || !("stack" in record) || record.stack === 0) continue;
    const key = `${process} ${record.stack}`;
    if (told.has(key)) continue;
    told.add(key);
    const root = info.processes[process]?.meta.process.cwd ?? "";
    yield* stackText(await capture.stack(record.stack, process), root);
  }
  for (const { end } of info.processes) if (end !== null) yield `end ${JSON.stringify(end)}`;
}
