/** `memspec report`: one report, shown. */

import {
  readRunReport,
  renderHtml,
  renderJunit,
  renderMarkdown,
  renderTerminal,
  selectSites,
  toHeapProfile,
} from "@memspec/core/reports";
import { type Command, Option } from "commander";
import { helpText } from "./help-text.js";
import { addOutputOptions, type OutputOptions, put, putFile } from "./output.js";

const FORMATS = ["terminal", "markdown", "junit", "heapprofile"] as const;

interface ReportOptions extends OutputOptions {
  readonly terminal?: true;
  readonly markdown?: true;
  readonly junit?: true;
  readonly heapprofile?: true;
  readonly html?: string;
  readonly verbose?: true;
  readonly file?: string;
  readonly test?: string;
}

export function addReport(program: Command, done: (code: number) => void): void {
  const command = program
    .command("report")
    .description("Show the report of a run.")
    .argument("<file>", "JSON report of a run");
  for (const [format, what] of DESCRIPTIONS) {
    const others = FORMATS.filter((other) => other !== format);
    command.addOption(new Option(`--${format}`, what).conflicts(others));
  }
  command
    .option("--html <file>", "write the HTML page: one file that works offline")
    .option("--verbose", "with --terminal: all files, the hottest tests and sites")
    .option("--file <path>", "with --heapprofile: of this test file alone")
    .option("--test <name>", 'with --heapprofile: of tests of this name alone ("suite > test")');
  addOutputOptions(command)
    .addHelpText("after", helpText(HELP))
    .action((file: string, options: ReportOptions) => {
      report(file, options, program.opts<{ color: boolean }>().color);
      done(0);
    });
}

const DESCRIPTIONS: readonly (readonly [format: (typeof FORMATS)[number], what: string])[] = [
  ["terminal", "text for a terminal (the default)"],
  ["markdown", "Markdown for a pull request"],
  ["junit", "a JUnit file with memory as properties"],
  ["heapprofile", "allocation sites for Chrome DevTools (.heapprofile)"],
];

const HELP = `
Examples:
  memspec report memory.json --verbose | less
  memspec report memory.json --html memory.html
  memspec report memory.json --markdown >> "$GITHUB_STEP_SUMMARY"
  memspec report memory.json --heapprofile --file test/parser.test.ts -o parser.heapprofile`;

function report(file: string, options: ReportOptions, colour: boolean): void {
  const run = readRunReport(file);
  if (options.html !== undefined) putFile(options.html, renderHtml(run), options);
  if (options.markdown) put(renderMarkdown(run), options);
  else if (options.junit) put(renderJunit(run), options);
  else if (options.heapprofile) {
    const profile = toHeapProfile(selectSites(run, options), run);
    put(`${JSON.stringify(profile)}\n`, options);
  } else if (options.terminal || options.html === undefined) {
    const toFile = options.output !== undefined;
    const detail = options.verbose ? "verbose" : "short";
    const width = toFile ? undefined : process.stdout.columns;
    put(renderTerminal(run, { detail, width, colour: toFile || !colour ? false : undefined }), options);
  }
}
