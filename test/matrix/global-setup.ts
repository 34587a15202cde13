// Builds the probe addon (known allocations, see test/native/probe) before the first test. N-API: one build serves every Node.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const probe = path.join(import.meta.dirname, "../native/probe");

export default function setup(): void {
  const recipe = path.join(probe, "binding.gyp");
  if (!existsSync(recipe)) return;
  const built = path.join(probe, "build/Release/probe.node");
  const sources = readdirSync(probe).filter((name) => /\.(?:cc|h|gyp)$/.test(name));
  const newest = Math.max(...sources.map((name) => statSync(path.join(probe, name)).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  const nodeGyp = createRequire(import.meta.url).resolve("node-gyp/bin/node-gyp.js");
  const prefix = path.resolve(process.execPath, "../..");
  const headers = existsSync(path.join(prefix, "include/node/node.h")) ? [`--nodedir=${prefix}`] : [];
  execFileSync(process.execPath, [nodeGyp, "--loglevel=error", "rebuild", "--release", ...headers], {
    cwd: probe,
    stdio: ["ignore", "ignore", "inherit"],
  });
}
