// Node binaries with their headers, from the npm packages `node-<platform>-<arch>` that the package `node` consists of.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describeNode } from "./node-binary.mjs";
import { repositoryRoot } from "./sources.mjs";

/** The majors that memspec supports. */
export const SUPPORTED_MAJORS = [20, 22, 24, 26];

/** `MEMSPEC_NODES` names a folder to share between checkouts. */
const cache = process.env["MEMSPEC_NODES"] ?? path.join(repositoryRoot, ".cache/nodes");

/**
 * A Node of this major: the running one when it is of that major, else one from npm, which is installed when it is not there yet.
 *
 * @param {number} major
 */
export function nodeOfMajor(major) {
  const running = describeNode(process.execPath);
  if (running.major === major && running.headers !== undefined) return running;
  const name = `node-${process.platform}-${process.arch}`;
  const prefix = path.join(cache, String(major));
  const executable = path.join(prefix, "node_modules", name, "bin/node");
  if (!existsSync(executable)) {
    console.log(`installing ${name}@${major} from npm into ${path.relative(process.cwd(), prefix) || "."}`);
    mkdirSync(prefix, { recursive: true });
    // A project of its own, or npm would look for one in the folders above.
    writeFileSync(path.join(prefix, "package.json"), '{ "private": true }\n');
    execFileSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", `${name}@${major}`], {
      cwd: prefix,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  return describeNode(executable);
}
