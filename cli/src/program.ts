/** The command: one file for each of its commands, errors in one way. */

import { readFileSync } from "node:fs";
import { isMemspecError } from "@memspec/core";
import { Command, CommanderError } from "commander";
import { COMMANDS } from "./commands.js";
import { helpText } from "./help-text.js";

/** What a command was given is wrong, or could not be done. */
const FAILED = 1;

export type ExitCode = number;

/** @returns the exit code */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  const done = (result: ExitCode): void => {
    code = result;
  };
  const program = new Command("memspec")
    .description("The memory of Node.js programs: recorded, read, shown; reports of test runs.")
    .version(version())
    .option("--no-color", "no colours, even in a terminal")
    .showHelpAfterError("(add --help for what there is)")
    // What comes after the program of `run` is the program's.
    .enablePositionalOptions()
    .exitOverride();
  // Commands take over settings that are made before them. Of one that is named no others are loaded: a program that is recorded waits for all that is.
  const named = firstWord(argv.slice(2));
  const isKnown = COMMANDS.some(({ commands }) => commands.some(({ name }) => name === named));
  for (const { title, commands } of COMMANDS) {
    program.commandsGroup(`${title}:`);
    for (const { name, load } of commands) if (!isKnown || name === named) (await load())(program, done);
  }
  program.addHelpText("after", helpText(HELP));
  try {
    await program.parseAsync(hoisted(argv));
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    process.stderr.write(
      `memspec: ${isMemspecError(error) ? error.message : ((error as Error).stack ?? String(error))}\n`,
    );
    return FAILED;
  }
}

/** The command, where the words name one. */
function firstWord(words: readonly string[]): string | undefined {
  return words.find((word) => !word.startsWith("-"));
}

const COLOUR_FLAG = "--no-color";

/** Colours are the program's option, and may be refused anywhere: but for `run`, where it is not ours to look. */
function hoisted(argv: readonly string[]): readonly string[] {
  const [node = "", script = "", ...words] = argv;
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  const ours = words.slice(0, end);
  if (firstWord(ours) === "run" || !ours.includes(COLOUR_FLAG)) return argv;
  return [node, script, COLOUR_FLAG, ...ours.filter((word) => word !== COLOUR_FLAG), ...words.slice(end)];
}

const HELP = `
Examples:
  memspec run app.js
  memspec summary memspec-app.4711.memspec
  memspec tree memspec-app.4711.memspec --leaks
  memspec report memory.json
  memspec report memory.json --html memory.html
  memspec merge shard-1.json shard-2.json shard-3.json -o memory.json
  memspec compare base.json head.json --tolerance 5%

The plugins for Vitest and Jest write the file: report: { json: "memory.json" }.`;

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return manifest.version;
}
