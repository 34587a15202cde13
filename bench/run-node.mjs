// A program of Node in a process of its own.
import { spawnSync } from "node:child_process";

// Certificates that a machine adds are read at each start of Node: time that says nothing of the programs, and is not every machine's.
const { NODE_EXTRA_CA_CERTS: _certificates, ...environment } = process.env;

/** Standard output of a program that must succeed. */
export function outputOf(command, args, { cwd, env = {} } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...environment, ...env },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/**
 * Milliseconds that it took as a whole, and those of the processor, of all processes that it started and awaited.
 *
 * @param {{ cwd?: string, env?: Record<string, string>, mayFail?: boolean }} options
 * @returns {{ wall: number, cpu: number }}
 */
export function timesOf(command, args, { mayFail = false, ...options } = {}) {
  const started = process.hrtime.bigint();
  const output = outputOf("sh", ["-c", `"$@" ${mayFail ? "" : "|| exit"}; times`, "sh", command, ...args], options);
  const wall = Number(process.hrtime.bigint() - started) / 1e6;
  // The last line of `times` is that of the children: 0m7.15s 0m1.23s.
  const parts = [
    ...output
      .trimEnd()
      .split("\n")
      .at(-1)
      .matchAll(/(\d+)m([\d.]+)s/g),
  ];
  if (parts.length !== 2) throw new Error(`no time was printed:\n${output}`);
  const cpu = parts.reduce((sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1000, 0);
  return { wall, cpu };
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
