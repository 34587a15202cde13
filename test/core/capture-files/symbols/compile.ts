/** Small programs, compiled while the tests run; what is expected of their symbols is read from their sources. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

export const SHOP = path.join(import.meta.dirname, "fixtures/shop.cc");
export const SORTS = path.join(import.meta.dirname, "fixtures/sorts.cc");

export function compile(source: string, to: string, flags: readonly string[]): string {
  execFileSync("g++", ["-shared", "-fPIC", "-std=gnu++20", "-Wl,--build-id=sha1", ...flags, source, "-o", to]);
  return to;
}

export function tool(name: string, args: readonly string[]): string {
  return execFileSync(name, args, { encoding: "utf8", maxBuffer: 1 << 28 });
}

export function hasTool(name: string): boolean {
  try {
    tool(name, ["--version"]);
    return true;
  } catch {
    return false;
  }
}

/** The 1-based line that ends with the comment `// @mark`. */
export function lineOf(source: string, mark: string): number {
  const lines = readFileSync(source, "utf8").split("\n");
  const line = lines.findIndex((text) => text.endsWith(`// @${mark}`));
  if (line < 0) throw new Error(`${source} has no line marked @${mark}`);
  return line + 1;
}

/** Where the first call of `callee` in `caller` returns to, in the file's own addresses. */
export function returnAddress(file: string, caller: string, callee: string): number {
  const lines = tool("objdump", ["-d", "--no-show-raw-insn", file]).split("\n");
  const start = lines.findIndex((line) => line.endsWith(`<${caller}>:`));
  const call = lines.findIndex((line, i) => i > start && line.includes("call") && line.includes(`<${callee}`));
  const address = Number.parseInt(lines[call + 1] ?? "", 16);
  if (start < 0 || call < 0 || Number.isNaN(address)) throw new Error(`no call of ${callee} in ${caller}`);
  return address;
}

export function buildIdOf(file: string): string {
  return /Build ID: (\w+)/.exec(tool("readelf", ["-n", file]))?.[1] ?? "";
}
