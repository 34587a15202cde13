// What a build must know about a Node binary: its version, its ABI, and where its headers are.
import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";

/**
 * @param {string} executable path of a Node binary
 * @returns {{ executable: string, version: string, major: number, abi: string, target: string, headers: string | undefined }}
 *   `headers`: the directory that holds `include/node/node.h`, or `undefined` when node-gyp must find headers by itself.
 */
export function describeNode(executable) {
  const resolved = realpathSync(executable);
  const question =
    "JSON.stringify({ version: process.versions.node, abi: process.versions.modules, platform: process.platform, arch: process.arch, " +
    "glibc: (process.report.excludeNetwork = true, process.report.getReport().header.glibcVersionRuntime !== undefined) })";
  const { version, abi, platform, arch, glibc } = JSON.parse(
    execFileSync(resolved, ["-p", question], { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } }),
  );
  const prefix = path.resolve(resolved, "../..");
  return {
    executable: resolved,
    version,
    major: Number.parseInt(version, 10),
    abi,
    target: platform === "linux" ? `${platform}-${arch}-${glibc ? "glibc" : "musl"}` : `${platform}-${arch}`,
    headers: existsSync(path.join(prefix, "include/node/node.h")) ? prefix : undefined,
  };
}
