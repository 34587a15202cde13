/** Runs a program of Node.js to its end. */

import { spawn } from "node:child_process";

export interface ProgramRun {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd: string;
  /** Added to a clean environment: nothing of the outer test run leaks in. */
  readonly env?: Readonly<Record<string, string>>;
  /** Path of the Node.js binary; default `MEMSPEC_E2E_NODE`, else the one that runs this. */
  readonly node?: string;
  /** After this the program is killed; its `signal` says so. */
  readonly timeoutMs?: number;
}

/** What programs need of the outer environment, and no more: `NODE_OPTIONS`, `VITEST*`, `JEST*` and `CI` would change runs. */
const inherited = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "MEMSPEC_ADDON"];

/** Path of the Node.js binary that programs run with. */
export function nodeUnderTest(): string {
  return process.env["MEMSPEC_E2E_NODE"] ?? process.execPath;
}

export function runProgram(args: readonly string[], options: ProgramOptions): Promise<ProgramRun> {
  const env: Record<string, string> = { NO_COLOR: "1", ...options.env };
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined && env[name] === undefined) {
      env[name] = value;
    }
  }
  return new Promise((resolve, reject) => {
    const child = spawn(options.node ?? nodeUnderTest(), args, {
      cwd: options.cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeoutMs ?? 120_000,
      killSignal: "SIGKILL",
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
}
