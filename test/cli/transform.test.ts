import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EXPORT_FORMATS, type ExportFormat } from "../../core/src/reports/capture/exports/render-export.js";
import type { TestEvent } from "../core/capture-files/harness/events.js";
import { captureFile } from "../core/capture-files/harness/write-capture.js";
import { READERS, type ReadStack, sumOf } from "../core/reports/capture/exports/read-exports.js";
import { runProgram } from "../e2e/harness/run-program.js";
import { COMMAND, makeWorkplace, type Workplace } from "./run-memspec.js";

const allocate = (
  address: number,
  bytes: number,
  stack: number,
  space: "buffers" | "native" = "native",
): TestEvent => ({
  do: "allocate",
  thread: 1,
  space,
  allocator: 1,
  address,
  bytes,
  stack,
});

/** Allocated: 1000 + 20 + 3 + 500, and 40,000 of buffers. At the peak: all but the 3. At the end: 1000 and 40,000. The 3 are freed at once, the 500 after one more. */
const CAPTURE = captureFile({
  definitions: {
    strings: ["main", "/app/main.js", "parse", "readFileSync", "node:fs", "main thread"],
    scripts: [
      { name: 2, map: 0 },
      { name: 5, map: 0 },
    ],
    frames: [
      { function: 1, script: 1, line: 3, column: 1, flags: 0 },
      { function: 3, script: 1, line: 9, column: 2, flags: 0 },
      { function: 4, script: 2, line: 40, column: 5, flags: 0 },
    ],
    nodes: [
      { parent: 0, frame: 1 },
      { parent: 1, frame: 2 },
      { parent: 2, frame: 3 },
    ],
    stacks: [
      { id: 1, node: 2 },
      { id: 2, node: 3 },
    ],
    threads: [{ id: 1, systemId: 100, name: 6, isolate: 1 }],
  },
  events: [
    [
      allocate(0x1000, 3, 1),
      { do: "free", thread: 1, address: 0x1000 },
      allocate(0x2000, 1000, 1),
      allocate(0x3000, 20, 2),
      allocate(0x4000, 500, 0),
      allocate(0x5000, 40_000, 2, "buffers"),
      { do: "free", thread: 1, address: 0x3000 },
      { do: "free", thread: 1, address: 0x4000 },
    ],
  ],
});

let here: Workplace;
let written = 0;
beforeAll(() => {
  here = makeWorkplace();
  writeFileSync(path.join(here.folder, "app.memspec"), CAPTURE);
});
afterAll(() => here.remove());

async function transformed(format: ExportFormat, ...args: readonly string[]): Promise<readonly ReadStack[]> {
  written += 1;
  const file = `export-${written}`;
  const run = await here.memspec("transform", "app.memspec", "--format", format, "-o", file, ...args);
  expect([run.exitCode, run.stderr, run.stdout]).toEqual([0, "", ""]);
  const bytes = readFileSync(path.join(here.folder, file));
  return READERS[format](format === "pprof" ? bytes : bytes.toString("utf8"));
}

test.each(EXPORT_FORMATS)(
  "--format %s writes a file; Node's internals count for those who called them, unless all frames are asked for",
  async (format) => {
    const stacks = await transformed(format);
    expect(sumOf(stacks, "bytes")).toBe(1000 + 20 + 500 + 40_000);
    expect(JSON.stringify(stacks)).not.toContain("readFileSync");
    const all = await transformed(format, "--all-frames");
    expect(sumOf(all, "bytes")).toBe(1000 + 20 + 500 + 40_000);
    expect(JSON.stringify(all)).toContain("readFileSync");
  },
);

test.each([
  [["--leaks"], 1000 + 40_000],
  [["--temporary"], 3 + 500],
  [["--temporary", "0"], 3],
  [["--allocated"], 3 + 1000 + 20 + 500 + 40_000],
  [["--allocated", "--space", "native"], 3 + 1000 + 20 + 500],
])("%j choose what is written", async (args, bytes) => {
  expect(sumOf(await transformed("csv", ...args), "bytes")).toBe(bytes);
});

test("without -o the standard output has it", async () => {
  const { exitCode, stdout } = await here.memspec("transform", "app.memspec", "--format", "gprof2dot", "--leaks");
  expect(exitCode).toBe(0);
  expect(sumOf(READERS.gprof2dot(stdout), "bytes")).toBe(41_000);
});

test("an existing file stays, unless --force is given", async () => {
  writeFileSync(path.join(here.folder, "there.csv"), "mine");
  const refused = await here.memspec("transform", "app.memspec", "--format", "csv", "-o", "there.csv");
  expect([refused.exitCode, readFileSync(path.join(here.folder, "there.csv"), "utf8")]).toEqual([1, "mine"]);
  expect(refused.stderr).toContain("--force");
  expect((await here.memspec("transform", "app.memspec", "--format", "csv", "-o", "there.csv", "-f")).exitCode).toBe(0);
  expect(readFileSync(path.join(here.folder, "there.csv"), "utf8")).toMatch(/^space,bytes,/u);
});

test.each([
  [["--format", "csv"], "missing required argument 'files'"],
  [["app.memspec"], "required option '--format <format>' not specified"],
  [["app.memspec", "--format", "svg"], "Allowed choices are speedscope, pprof, heapprofile, csv, gprof2dot"],
  [["app.memspec", "--format", "csv", "--leaks", "--allocated"], "cannot be used with option"],
  [["app.memspec", "--format", "csv", "--thread", "nobody"], 'no thread "nobody"'],
  [["nothing.memspec", "--format", "csv"], "nothing.memspec"],
])("%j is an error that says why", async (args, why) => {
  const { exitCode, stdout, stderr } = await here.memspec("transform", ...args);
  expect(exitCode).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain(why);
  expect(stderr).not.toMatch(/^\s+at /mu);
});

test("a terminal is not filled with bytes", async () => {
  // `script` gives the command a terminal.
  const command = `"${process.execPath}" "${COMMAND}" transform app.memspec --format pprof`;
  const run = await runProgram(
    [
      "-e",
      `process.exitCode = require("child_process").spawnSync("script", ["-qec", ${JSON.stringify(command)}, "/dev/null"], { stdio: ["ignore", "inherit", "inherit"] }).status`,
    ],
    { cwd: here.folder },
  );
  expect(run.stdout).toContain("is binary, and the output is a terminal");
  expect(run.exitCode).toBe(1);
});
