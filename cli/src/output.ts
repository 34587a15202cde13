/** Where results go: the standard output, or a file that is never overwritten unasked. */

import { once } from "node:events";
import { appendFileSync } from "node:fs";
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

/** Width and colours of what goes where the options say: a file has neither. */
export function textOptionsOf(
  program: Command,
  options: OutputOptions = {},
): { readonly width: number | undefined; readonly colour: boolean | undefined } {
  const toFile = options.output !== undefined;
  const wanted = program.opts<{ color: boolean }>().color && (process.env["NO_COLOR"] ?? "") === "";
  return { width: toFile ? undefined : process.stdout.columns, colour: toFile || !wanted ? false : undefined };
}

export function put(text: string | Uint8Array, options: OutputOptions): void {
  if (options.output === undefined) process.stdout.write(text);
  else putFile(options.output, text, options);
}

export function putFile(file: string, text: string | Uint8Array, { force = false }: OutputOptions): void {
  writeFiles([{ path: path.resolve(file), text, append: false }], { overwrite: force });
}

const CHUNK = 65_536;

/** Lines as they come, without a whole text in memory. */
export async function putLines(lines: AsyncIterable<string>, options: OutputOptions): Promise<void> {
  const file = options.output === undefined ? null : path.resolve(options.output);
  if (file !== null) putFile(file, "", options);
  let chunk = "";
  const flush = async (): Promise<void> => {
    const text = chunk;
    chunk = "";
    if (file !== null) appendFileSync(file, text);
    else if (!process.stdout.write(text)) await once(process.stdout, "drain");
  };
  for await (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length >= CHUNK) await flush();
  }
  if (chunk !== "") await flush();
}
