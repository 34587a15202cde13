// A program of Node in a process of its own.
import { spawnSync } from "node:child_process";

/** Standard output of a program that must succeed. */
export function outputOf(command, args, { cwd, env = {} } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Milliseconds that it took as a whole. */
export function timeOf(command, args, options) {
  const started = process.hrtime.bigint();
  outputOf(command, args, options);
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/**
 * What a program that times itself printed, among what others print beside it.
 *
 * @param {"wall" | "cpu"} clock
 */
export function printedTime(output, clock) {
  const line = output.split("\n").find((text) => text.startsWith('{"wall":'));
  if (line === undefined) throw new Error(`no time was printed:\n${output}`);
  return JSON.parse(line)[clock];
}
