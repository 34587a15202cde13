// What the runners themselves said, added up. Each run of a runner leaves one JSON file (Vitest's JSON reporter, which
// has Jest's format); a step that is no test run leaves a file too, so that nothing that failed can be forgotten.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Counts
 * @param {unknown} report content of a JSON report; `undefined` when the runner left none
 * @param {number | null} exitCode of the runner; `null`: a signal ended it
 * @param {string} [root] names of files are shown relative to it
 * @returns {Counts}
 */
export function countReport(report, exitCode, root) {
  /** @type {Counts} */
  const counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const fail = (what) => {
    counts.failed += 1;
    counts.failures.push(what);
  };
  if (!Array.isArray(report?.testResults)) {
    fail(`the runner left no report (${describeExit(exitCode)})`);
    return counts;
  }
  for (const file of report.testResults) {
    const name = root === undefined ? file.name : path.relative(root, file.name);
    const failedBefore = counts.failed;
    for (const test of file.assertionResults) {
      if (test.status === "passed") counts.passed += 1;
      else if (test.status === "failed") fail(`${name} > ${test.fullName}`);
      else counts.skipped += 1;
    }
    // A file that could not be collected, or whose hooks failed, has no failed test to show for it.
    if (file.status === "failed" && counts.failed === failedBefore) fail(`${name}: ${firstLine(file.message)}`);
  }
  if (counts.passed + counts.failed + counts.skipped === 0) fail("the runner ran no test");
  // Unhandled errors and crashed workers fail a run and no test.
  if (exitCode !== 0 && counts.failed === 0) fail(`the runner ended with ${describeExit(exitCode)}`);
  return counts;
}

/** @param {readonly Counts[]} all */
export function sum(all) {
  const failures = all.flatMap((counts) => counts.failures);
  return {
    passed: all.reduce((total, counts) => total + counts.passed, 0),
    failed: all.reduce((total, counts) => total + counts.failed, 0),
    skipped: all.reduce((total, counts) => total + counts.skipped, 0),
    failures,
  };
}

/** The report a runner wrote to `file`, or `undefined`. */
export function readReport(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** A folder in which counts are kept by name, so that several programs can add to one sum. */
export function resultsFolder(folder) {
  mkdirSync(folder, { recursive: true });
  return {
    clear: () => {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
    },
    save: (name, counts) => writeFileSync(path.join(folder, `${name}.counts.json`), JSON.stringify(counts, null, 2)),
    read: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith(".counts.json"))
        .sort()
        .map((name) => ({
          name: name.slice(0, -".counts.json".length),
          ...JSON.parse(readFileSync(path.join(folder, name), "utf8")),
        })),
  };
}

function describeExit(exitCode) {
  return exitCode === null ? "a signal" : `exit code ${exitCode}`;
}

function firstLine(message) {
  return (message ?? "").split("\n")[0];
}
