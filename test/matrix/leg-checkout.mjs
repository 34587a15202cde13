// A copy of the checkout with another Vitest: the same sources, the same locked dependencies, a node_modules of its own.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { installedVersion } from "./run-suites.mjs";

/** Not copied: dependencies, caches, and what a copy makes by itself. */
const LEFT_OUT = new Set(["node_modules", ".cache", ".git", "build", "coverage"]);

/**
 * @param {string} root the checkout, built
 * @param {"4.1" | "5"} vitest
 * @returns {string} the folder to run in: the checkout itself when it has that Vitest
 */
export function checkoutWith(root, vitest) {
  const wanted = (version) => version.startsWith(`${vitest}.`);
  if (wanted(installedVersion(root, "vitest"))) return root;

  const copy = path.join(root, `.cache/matrix/vitest-${vitest}`);
  mkdirSync(copy, { recursive: true });
  for (const name of readdirSync(copy)) {
    if (name !== "node_modules") rmSync(path.join(copy, name), { recursive: true, force: true });
  }
  for (const name of readdirSync(root)) {
    if (!LEFT_OUT.has(name))
      cpSync(path.join(root, name), path.join(copy, name), { recursive: true, verbatimSymlinks: true });
  }
  if (!existsSync(path.join(copy, "node_modules/vitest")) || !wanted(installedVersion(copy, "vitest"))) {
    console.log(`installing Vitest ${vitest} into ${path.relative(root, copy)}`);
    // The engine that npm checks is that of the Node that runs npm, not of the leg.
    execFileSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", `vitest@${vitest}`], {
      cwd: copy,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  return copy;
}
