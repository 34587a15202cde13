// `npm run demo`: builds memspec, runs the example's suites in Vitest and in Jest, and says what was seen. One budget of the
// example is broken on purpose; the demo fails when anything else fails, and when that one does not.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages } from "../test/matrix/install-packages.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const example = path.join(root, "examples/measured-parser");
const reports = path.join(root, ".cache/demo");
const BROKEN = "a whole log is held within 2 MB (broken on purpose)";

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
mkdirSync(reports, { recursive: true });
installPackages(example);
run(process.execPath, ["make-log.mjs"], example);

title("examples/measured-parser in Vitest: budgets that hold, and one that is broken on purpose");
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
const unexpected = [
  ...vitest.failed.filter((name) => name !== BROKEN).map((name) => `Vitest: ${name}`),
  ...jest.failed.map((name) => `Jest: ${name}`),
];
const broke = vitest.failed.includes(BROKEN);
for (const [runner, { passed }] of Object.entries({ Vitest: vitest, Jest: jest })) {
  console.log(`${runner}: ${passed.length} tests passed.`);
  for (const name of passed) console.log(`  ✓ ${name}`);
}
if (broke) {
  console.log(`\nOne budget failed, and is meant to: "${BROKEN}".
Its message, in Vitest's output above, gives the figure to the byte, how it divides into heap, buffers and native memory,
and the lines of examples/measured-parser/src that allocated it.`);
} else {
  console.log(`"${BROKEN}" should have failed and did not.`);
}
for (const failure of unexpected) console.log(`Failed, and should not have: ${failure}`);
console.log(`
The budgets are in examples/measured-parser/test/. Read on in README.md (how to use it in your project),
docs/matchers/ (what each matcher means) and docs/how-it-counts.md (why the figures can be trusted).`);

const nothingPassed = vitest.passed.length === 0 || jest.passed.length === 0;
if (nothingPassed) console.log("One of the runners passed no test at all.");
process.exitCode = broke && unexpected.length === 0 && !nothingPassed ? 0 : 1;
