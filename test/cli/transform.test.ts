import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

describe.each(EXPORT_FORMATS)("memspec transform --format %s", (format) => {
  test("writes what was alive at the peak, leaked, temporary or allocated", async () => {
    const bytes = async (...args: readonly string[]): Promise<number | null> =>
      sumOf(await transformed(format, ...args), "bytes");
    expect(await bytes()).toBe(1000 + 20 + 500 + 40_000);
    expect(await bytes("--leaks")).toBe(1000 + 40_000);
    expect(await bytes("--temporary")).toBe(3 + 500);
    expect(await bytes("--temporary", "0")).toBe(3);
    expect(await bytes("--allocated")).toBe(3 + 1000 + 20 + 500 + 40_000);
    expect(await bytes("--allocated", "--space", "native")).toBe(3 + 1000 + 20 + 500);
  });

  test("gives what Node's internals allocated to those who called them, unless all frames are asked for", async () => {
    const names = async (...args: readonly string[]): Promise<string> =>
      JSON.stringify(await transformed(format, ...args));
    expect(await names()).not.toContain("readFileSync");
    expect(await names("--all-frames")).toContain("readFileSync");
  });

  test("writes to the standard output without -o", async () => {
    const { exitCode, stdout } = await here.memspec("transform", "app.memspec", "--format", format, "--leaks");
    expect(exitCode).toBe(0);
    if (format !== "pprof") expect(sumOf(READERS[format](stdout), "bytes")).toBe(41_000);
  });
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
