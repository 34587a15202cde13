/** Where results go: the standard output, or a file that is never overwritten unasked. */

import path from "node:path";
import { writeFiles } from "@memspec/core/reports";
import type { Command } from "commander";

export interface OutputOptions {
  readonly output?: string;
  readonly force?: boolean;
}

export function addOutputOptions(command: Command): Command {
  return command
    .option("-o, --output <file>", "write to a file instead of the standard output")
    .option("-f, --force", "overwrite files that are there");
}

export async function put(text: string, options: OutputOptions): Promise<void> {
  if (options.output === undefined) process.stdout.write(text);
  else await putFile(options.output, text, options);
}

export async function putFile(file: string, text: string, { force = false }: OutputOptions): Promise<void> {
  await writeFiles([{ path: path.resolve(file), text, append: false }], { overwrite: force });
}
