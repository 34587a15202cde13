// `npm run test:matrix`: the suites on every supported Node and Vitest.
//   node test/matrix/matrix.mjs [--node 26] [--vitest 5] [--suite core] [--short]
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildAddon } from "../../native/tools/build-addon.mjs";
import { nodeOfMajor } from "../../native/tools/node-versions.mjs";
import { checkoutWith } from "./leg-checkout.mjs";
import { LEFT_OUT_OF_SHORT, selectLegs } from "./legs.mjs";
import { resultsFolder } from "./results.mjs";
import { installedVersion, runSuites } from "./run-suites.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { values } = parseArgs({
  options: {
    node: { type: "string" },
    vitest: { type: "string" },
    suite: { type: "string" },
    short: { type: "boolean", default: false },
  },
});
const legs = selectLegs({
  ...(values.node === undefined ? {} : { node: Number(values.node) }),
  ...(values.vitest === undefined ? {} : { vitest: values.vitest }),
  ...(values.suite === undefined ? {} : { suite: values.suite }),
});
const results = resultsFolder(process.env["MEMSPEC_RESULTS"] ?? path.join(root, ".cache/results-matrix"));
if (process.env["MEMSPEC_RESULTS"] === undefined) results.clear();

const build = spawnSync("npm", ["run", "--silent", "build:ts"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
if (build.status !== 0) process.exit(1);

const nodes = new Map();
for (const major of new Set(legs.map((leg) => leg.node))) {
  const node = nodeOfMajor(major);
  buildAddon(node);
  nodes.set(major, node);
}

const rows = legs.map((leg) => {
  const node = nodes.get(leg.node);
  const checkout = checkoutWith(root, leg.vitest);
  const versions = `Node ${node.version}, Vitest ${installedVersion(checkout, "vitest")}`;
  const jest = leg.suites.includes("e2e-jest") ? installedVersion(checkout, "jest") : "";
  console.log(`\n── ${versions}${jest === "" ? "" : `, Jest ${jest}`}: ${leg.suites.join(", ")}`);
  const counts = runSuites({
    root: checkout,
    node: node.executable,
    suites: leg.suites,
    env: {
      ...(values.short ? { MEMSPEC_TESTS_LEFT_OUT: LEFT_OUT_OF_SHORT.join(path.delimiter) } : {}),
      MEMSPEC_E2E_NODE: node.executable,
      MEMSPEC_E2E_VITEST: path.join(checkout, "node_modules/vitest"),
    },
  });
  results.save(`node-${leg.node}-vitest-${leg.vitest}`, counts);
  return { node: node.version, vitest: installedVersion(checkout, "vitest"), jest, ...counts };
});

console.log("\nNode       Vitest     Jest       passed  failed  skipped");
for (const row of rows) {
  const cells = [row.node, row.vitest, row.jest || "–"].map((cell) => cell.padEnd(11)).join("");
  console.log(
    `${cells}${String(row.passed).padStart(6)}${String(row.failed).padStart(8)}${String(row.skipped).padStart(9)}`,
  );
}
for (const row of rows)
  for (const failure of row.failures) console.log(`✗ Node ${row.node}, Vitest ${row.vitest}: ${failure}`);
process.exitCode = rows.some((row) => row.failed > 0) ? 1 : 0;
