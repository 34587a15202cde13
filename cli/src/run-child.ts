/** A program that runs in the place of memspec: its terminal, its signals, its exit code. */

import { spawn } from "node:child_process";
import { constants } from "node:os";
import { MemspecError } from "@memspec/core";

export interface ChildEnd {
  readonly pid: number;
  /** As a shell tells it: 128 and the signal's number where a signal ended it. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
}

const FORWARDED: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"];
/** A terminal gives these to the program itself: a second one would mean something else to it. */
const FROM_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(["SIGINT", "SIGQUIT"]);

/** @throws MemspecError `MEMSPEC_NOT_RUNNABLE` when it cannot be started */
export function runChild(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "inherit", env });
    const inTerminal = process.stdin.isTTY === true;
    const forward = (signal: NodeJS.Signals): void => {
      if (!(inTerminal && FROM_TERMINAL.has(signal))) child.kill(signal);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    const release = (): void => {
      for (const signal of FORWARDED) process.off(signal, forward);
    };
    child.on("error", (cause) => {
      release();
      reject(
        new MemspecError("MEMSPEC_NOT_RUNNABLE", `${file} cannot be started: ${cause.message}.`, {
          value: file,
          cause,
        }),
      );
    });
    child.on("exit", (code, signal) => {
      release();
      const exitCode = signal === null ? (code ?? 0) : 128 + constants.signals[signal];
      resolve({ pid: child.pid ?? 0, exitCode, signal });
    });
  });
}
