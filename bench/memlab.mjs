// The peer for heaps and leaks: a copy of memlab of its own, installed at the first use.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { outputOf } from "./run-node.mjs";

const folder = fileURLToPath(new URL("../.cache/bench/memlab/", import.meta.url));
const VERSION = "2.0.5";

/** @returns the folder whose `node_modules` has `@memlab/api` and `@memlab/heap-analysis` */
export function memlabFolder() {
  if (!existsSync(path.join(folder, "node_modules/@memlab/api"))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "package.json"), '{ "name": "memlab-as-peer", "private": true }\n');
    const packages = ["api", "heap-analysis"].map((name) => `@memlab/${name}@${VERSION}`);
    // Its own scripts would download a browser.
    outputOf("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...packages], { cwd: folder });
  }
  return folder;
}
