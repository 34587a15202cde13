// `npm run demo`: builds memspec, runs the example's suites in Vitest and in Jest, and says what was seen. One budget of the
// example is broken on purpose, and one function leaks; the demo fails when anything else fails, and when those do not.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages } from "../test/matrix/install-packages.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const example = path.join(root, "examples/measured-parser");
const reports = path.join(root, ".cache/demo");
const BUDGET = "a whole log is held within 2 MB (broken on purpose)";
const LEAK = "visitors are forgotten (broken on purpose)";
const page = path.join(example, ".memspec/report.html");

function run(command, args, cwd) {
  return spawnSync(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"] }).status;
}

function title(text) {
  console.log(`\n── ${text}\n`);
}

/** Names of the tests that passed and failed, from a report in Jest's format, which both runners write. */
function readOutcome(report) {
  const outcome = { passed: [], failed: [] };
  if (!existsSync(report)) return { ...outcome, failed: ["the runner left no report"] };
  for (const file of JSON.parse(readFileSync(report, "utf8")).testResults) {
    for (const test of file.assertionResults) {
      if (test.status === "passed") outcome.passed.push(test.fullName);
      else outcome.failed.push(test.fullName);
    }
    if (file.status === "failed" && file.assertionResults.length === 0) outcome.failed.push(file.name);
  }
  return outcome;
}

title("Building memspec");
if (run("npm", ["run", "--silent", "build"], root) !== 0) {
  console.error("The build failed; its messages are above. It needs g++ (C++20), make and python3.");
  process.exit(1);
}
rmSync(reports, { recursive: true, force: true });
rmSync(path.dirname(page), { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
installPackages(example);
run(process.execPath, ["make-log.mjs"], example);

title("examples/measured-parser in Vitest: budgets that hold, one that is broken on purpose, and a leak");
const vitestReport = path.join(reports, "vitest.json");
const vitestBin = path.join(root, "node_modules/vitest/vitest.mjs");
const vitestArgs = ["run", "--reporter=dot", "--reporter=json", `--outputFile.json=${vitestReport}`];
run(process.execPath, [vitestBin, ...vitestArgs], example);
const vitest = readOutcome(vitestReport);

title("The same budgets in Jest");
const jestReport = path.join(reports, "jest.json");
const jestBin = path.join(root, "node_modules/jest/bin/jest.js");
run(process.execPath, [jestBin, "--json", `--outputFile=${jestReport}`, "--silent=false"], example);
const jest = readOutcome(jestReport);

title("What you saw");
const meant = [BUDGET, LEAK];
const unexpected = [
  ...vitest.failed.filter((name) => !meant.includes(name)).map((name) => `Vitest: ${name}`),
  ...jest.failed.map((name) => `Jest: ${name}`),
];
for (const [runner, { passed }] of Object.entries({ Vitest: vitest, Jest: jest })) {
  console.log(`${runner}: ${passed.length} tests passed.`);
  for (const name of passed) console.log(`  ✓ ${name}`);
}
const missing = meant.filter((name) => !vitest.failed.includes(name));
if (missing.length === 0) {
  console.log(`\nTwo tests failed, and are meant to. Their messages are in Vitest's output above:
  ✗ ${BUDGET}
      the figure to the byte, how it divides into heap, buffers and native memory, and the lines that allocated it
  ✗ ${LEAK}
      what stays alive of each call, where it was allocated, and the references that keep it alive`);
}
for (const name of missing) console.log(`"${name}" should have failed and did not.`);
for (const failure of unexpected) console.log(`Failed, and should not have: ${failure}`);
if (existsSync(page)) {
  console.log(`
After each run there is a table of what every file cost. The same as a page, with a flamegraph and a timeline:
  ${path.relative(process.cwd(), page)}   (open it in a browser)`);
} else console.log("The HTML report is missing.");
console.log(`
The tests are in examples/measured-parser/test/. Read on in README.md (how to use memspec in your project), docs/matchers/
(what each matcher means), docs/reports.md (what is said of a run) and docs/how-it-counts.md (why the figures can be trusted).`);

const nothingPassed = vitest.passed.length === 0 || jest.passed.length === 0;
if (nothingPassed) console.log("One of the runners passed no test at all.");
const right = missing.length === 0 && unexpected.length === 0 && !nothingPassed && existsSync(page);
process.exitCode = right ? 0 : 1;
