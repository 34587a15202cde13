// Runs suites of vitest.config.ts under one Node and the Vitest of one checkout, and counts what Vitest reports.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { countReport, readReport } from "./results.mjs";

/**
 * @param {object} run
 * @param {string} run.root the checkout, with its node_modules
 * @param {string} run.node path of the Node binary
 * @param {readonly string[]} run.suites names of suites; none: all
 * @param {Record<string, string>} [run.env]
 * @param {readonly string[]} [run.args] further arguments for Vitest
 * @returns {import("./results.mjs").Counts}
 */
export function runSuites({ root, node, suites, env = {}, args = [] }) {
  const report = path.join(root, ".cache/report.json");
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const { status } = spawnSync(
    node,
    [
      path.join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      ...suites.map((name) => `--project=${name}`),
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
      ...args,
    ],
    { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "inherit", "inherit"] },
  );
  return countReport(readReport(report), status, root);
}

/** The version of a package installed in a checkout. */
export function installedVersion(root, name) {
  return JSON.parse(readFileSync(path.join(root, "node_modules", name, "package.json"), "utf8")).version;
}
