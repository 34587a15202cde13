// A copy of the checkout with another Vitest: the same sources, the same locked dependencies, a node_modules of its own.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { installedVersion } from "./run-suites.mjs";

/** Not copied: dependencies, caches, history, and intermediate files of the build. */
const LEFT_OUT = new Set(["node_modules", ".cache", ".git", "build", "coverage"]);

/** What differs from the locked dependencies. Vitest 5 asks for the types of a Node that it runs on. */
const INSTALLED = {
  4.1: ["vitest@~4.1.0", "@vitest/coverage-istanbul@~4.1.0", "@vitest/coverage-v8@~4.1.0"],
  // Of coverage-istanbul the locked version stays, for not every registry has what that of 5 depends on: its test is skipped.
  5: ["vitest@5", "@vitest/coverage-v8@5", "@types/node@22"],
};

/**
 * @param {string} root the checkout, built
 * @param {"4.1" | "5"} vitest
 * @returns {string} the folder to run in: the checkout itself when it has that Vitest
 */
export function checkoutWith(root, vitest) {
  if (installedVersion(root, "vitest").startsWith(`${vitest}.`)) return root;

  const copy = path.join(root, `.cache/matrix/vitest-${vitest}`);
  mkdirSync(copy, { recursive: true });
  for (const name of readdirSync(copy)) {
    if (name !== "node_modules") rmSync(path.join(copy, name), { recursive: true, force: true });
  }
  for (const name of readdirSync(root).filter((entry) => !LEFT_OUT.has(entry))) {
    cpSync(path.join(root, name), path.join(copy, name), {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    });
  }
  install(copy, INSTALLED[vitest]);
  return copy;
}

/** Installs once for the same lock file. */
function install(copy, packages) {
  const wanted = createHash("sha256")
    .update(packages.join())
    .update(readFileSync(path.join(copy, "package-lock.json")));
  const stamp = path.join(copy, "node_modules/.memspec-installed");
  const digest = wanted.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  console.log(`installing ${packages.join(", ")} into ${path.relative(process.cwd(), copy) || "."}`);
  // A coverage provider that stays behind its Vitest is no reason to stop.
  const quiet = ["--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--legacy-peer-deps"];
  execFileSync("npm", ["install", ...quiet, ...packages], {
    cwd: copy,
    stdio: ["ignore", "ignore", "inherit"],
  });
  writeFileSync(stamp, digest);
}
