// `npm test`: everything that this machine's Node can check. Ends with what was seen.
//   node test/matrix/test.mjs [--results <folder>] [arguments for Vitest]
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { resultsFolder, sum } from "./results.mjs";
import { installedVersion, runSuites } from "./run-suites.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const results = resultsFolder(process.env["MEMSPEC_RESULTS"] ?? path.join(root, ".cache/results"));
if (process.env["MEMSPEC_RESULTS"] === undefined) results.clear();

/** @type {{ name: string, failed: boolean, note: string }[]} */
const lines = [];

function step(name, script) {
  console.log(`\n── ${name} (npm run ${script})`);
  const { status } = spawnSync("npm", ["run", "--silent", script], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const failed = status !== 0;
  lines.push({ name, failed, note: failed ? `npm run ${script} failed` : "ok" });
  if (failed) results.save(name, { passed: 0, failed: 1, skipped: 0, failures: [`npm run ${script}`] });
  return !failed;
}

const built = step("build", "build");
if (built) {
  step("lint", "lint");
  step("typecheck", "typecheck");
  step("packages", "check:packages");

  const leg = `Node ${process.versions.node}, Vitest ${installedVersion(root, "vitest")}, Jest ${installedVersion(root, "jest")}`;
  console.log(`\n── tests (${leg})`);
  const counts = runSuites({ root, node: process.execPath, suites: [], args: process.argv.slice(2) });
  results.save("tests", counts);
  lines.push({
    name: "tests",
    failed: counts.failed > 0,
    note: `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped (${leg})`,
  });
}

const total = sum(results.read().filter(({ name }) => lines.some((line) => line.name === name)));
console.log("\n── summary");
for (const { name, failed, note } of lines) console.log(`${failed ? "✗" : "✓"} ${name.padEnd(10)} ${note}`);
for (const failure of total.failures) console.log(`  ✗ ${failure}`);
if (!built) console.log("  nothing else was run, because the build failed");
process.exitCode = total.failed > 0 ? 1 : 0;
