// Runs a program of this folder in a process of its own, under the Node that runs the tests.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

/** What the program printed as its last line, parsed. */
export async function runFixture<T>(
  name: string,
  args: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<T> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, path.join(import.meta.dirname, "fixtures", name), ...args],
    { env: { ...process.env, NODE_OPTIONS: "" }, maxBuffer: 1 << 28 },
  );
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as T;
}
