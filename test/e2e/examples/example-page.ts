/** An example as its page tells it: a copy of its folder in which every command of the page is run, one after the other. */

import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type {
  CaptureFrame,
  CaptureReading,
  CaptureSpace,
  ViewKind,
} from "../../../core/src/capture-files/model/capture.js";
import { openCapture } from "../../../core/src/capture-files/reading/open-capture.js";
import { foldStacks } from "../../../core/src/reports/capture/fold-stacks.js";
import { COMMAND } from "../../cli/run-memspec.js";
import { nodeUnderTest } from "../harness/run-program.js";
import { pageCommands } from "./page-commands.js";

const ROOT = path.join(import.meta.dirname, "../../..");

export interface PlayedExample {
  /** What each command of the page printed, in their order. */
  readonly outputs: readonly { readonly command: string; readonly output: string }[];
  /** The output of the only command that begins so. */
  output(command: string): string;
  /** Names of the capture files that are there now. */
  readonly captures: readonly string[];
  read(file: string, kind: ViewKind, spaces?: readonly CaptureSpace[]): Promise<ReadExample>;
  remove(): void;
}

export interface ReadExample {
  readonly reading: CaptureReading;
  /** Frames of each stack, innermost first, without what is folded; largest first. */
  readonly stacks: readonly {
    readonly frames: readonly CaptureFrame[];
    readonly bytes: number;
    readonly count: number;
  }[];
  /** Bytes that functions allocated themselves, largest first. */
  readonly functions: readonly (readonly [name: string, bytes: number])[];
}

export function playExample(name: string): PlayedExample {
  // Within the repository: a program finds the packages as its original does.
  const folder = path.join(ROOT, ".cache/examples", `${name}-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  cpSync(path.join(ROOT, "examples", name), folder, {
    recursive: true,
    filter: (file) => !/(?:\/build|\.memspec|\.speedscope\.json)$/u.test(file),
  });
  const programs = path.join(folder, ".bin");
  mkdirSync(programs);
  addProgram(programs, "memspec", COMMAND);
  addProgram(programs, "node-gyp", createRequire(import.meta.url).resolve("node-gyp/bin/node-gyp.js"));
  addProgram(programs, "node", null);
  // A system's Node has its headers beside it; elsewhere node-gyp finds them by itself.
  const nodePrefix = path.join(nodeUnderTest(), "../..");
  const headers = existsSync(path.join(nodePrefix, "include/node/node.h")) ? { npm_config_nodedir: nodePrefix } : {};
  const env = {
    ...headers,
    PATH: `${programs}:${process.env["PATH"] ?? ""}`,
    HOME: process.env["HOME"] ?? "",
    NO_COLOR: "1",
  };
  const outputs = pageCommands(readFileSync(path.join(folder, "README.md"), "utf8")).map((command) => {
    const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: folder, env, encoding: "utf8" });
    if (status !== 0) throw new Error(`${name}: ${command}: exit code ${status}\n${stdout}${stderr}`);
    return { command, output: stdout + stderr };
  });
  return {
    outputs,
    output(command) {
      const found = outputs.filter((each) => each.command.startsWith(command));
      if (found[0] === undefined || found.length > 1)
        throw new Error(`${found.length} commands begin with "${command}"`);
      return found[0].output;
    },
    captures: readdirSync(folder).filter((file) => file.endsWith(".memspec")),
    read: (file, kind, spaces) => readExample(path.join(folder, file), kind, spaces),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** @param script `null`: Node itself */
function addProgram(folder: string, name: string, script: string | null): void {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\nexec "${nodeUnderTest()}" ${script === null ? "" : `"${script}"`} "$@"\n`);
  chmodSync(file, 0o755);
}

async function readExample(file: string, kind: ViewKind, spaces?: readonly CaptureSpace[]): Promise<ReadExample> {
  const capture = await openCapture(file);
  const reading = await capture.read({ views: [spaces === undefined ? { kind } : { kind, spaces }] });
  const { tree, nodeOf } = foldStacks(reading.tree, false);
  const stacks = (reading.views[0]?.rows ?? []).map(({ node, bytes, count }) => {
    const frames: CaptureFrame[] = [];
    for (let at = nodeOf[node] ?? 0; at !== 0; at = tree.parents[at] ?? 0) {
      const frame = tree.frames[tree.frameOf[at] ?? -1];
      if (frame !== undefined) frames.push(frame);
    }
    return { frames, bytes, count };
  });
  const functions = new Map<string, number>();
  for (const { frames, bytes } of stacks) {
    const name = frames[0]?.functionName ?? "";
    functions.set(name, (functions.get(name) ?? 0) + bytes);
  }
  return { reading, stacks, functions: [...functions].sort((a, b) => b[1] - a[1]) };
}
