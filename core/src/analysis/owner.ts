import type { RawFrameKind } from "../capture/binding.js";
import type { SourceFrame } from "../capture/measurement.js";

export type Owner = SourceFrame["owner"];

/** What runs tests: their frames surround a user's stack and say nothing about it. Scopes end with a slash. */
const RUNNER_PACKAGES: readonly string[] = [
  "vitest",
  "@vitest/",
  "vite",
  "vite-node",
  "tinypool",
  "tinyspy",
  "rolldown",
  "@rolldown/",
  "esbuild",
  "jest",
  "jest-",
  "@jest/",
  "babel-jest",
  "@swc/jest",
  "ts-jest",
  "expect",
  "chai",
  "pirates",
  "source-map-support",
];

/** The name of the innermost package below `node_modules`, or `undefined`. Works for pnpm's nested layout too. */
export function packageOf(file: string): string | undefined {
  const parts = file.split("/");
  const index = parts.lastIndexOf("node_modules");
  const first = index === -1 ? undefined : parts[index + 1];
  if (first === undefined || first === "") return undefined;
  return first.startsWith("@") ? `${first}/${parts[index + 2] ?? ""}` : first;
}

function isRunner(name: string): boolean {
  return RUNNER_PACKAGES.some((known) =>
    known.endsWith("/") || known.endsWith("-") ? name.startsWith(known) : name === known,
  );
}

function isNodeBinary(file: string): boolean {
  return /^node(?:js)?(?:\.exe)?$|^libnode\.so/u.test(file.slice(file.lastIndexOf("/") + 1));
}

/**
 * Who owns a frame.
 *
 * @param file absolute path or `node:` name, `/` or `\` as separator; "" when unknown
 * @param memspecRoots directories of memspec's own packages when they are not below `node_modules`; end with "/"
 */
export function ownerOf(kind: RawFrameKind, file: string, memspecRoots: readonly string[]): Owner {
  const path = file.replaceAll("\\", "/");
  if (kind === "builtin" || path.startsWith("node:")) return "node";
  const name = packageOf(path);
  if (name?.startsWith("@memspec/") === true || memspecRoots.some((root) => path.startsWith(root))) return "memspec";
  if (kind === "native") return isNodeBinary(path) ? "node" : "native";
  if (name === undefined) return "user";
  return isRunner(name) ? "runner" : "dependency";
}
