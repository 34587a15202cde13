// `npm run bench`: what memspec costs, as ratios to the untracked program in the same run.
//   node bench/bench.mjs [--only suites,programs,pairs,captures,graph,leaks,page] [--legs vitest-large,jest-memory,...] [--rounds 5] [--clock wall|cpu] [--json]
// On a busy machine the processor's time (`--clock cpu`) says more; whole suites always tell both.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchCaptures } from "./captures.mjs";
import { benchGraph } from "./graph.mjs";
import { benchLeaks } from "./leaks.mjs";
import { benchPage } from "./page.mjs";
import { benchPairs } from "./pairs.mjs";
import { benchPrograms } from "./programs.mjs";
import { benchSuites, SUITE_LEGS } from "./suites.mjs";

const BENCHES = {
  suites: benchSuites,
  programs: benchPrograms,
  pairs: benchPairs,
  captures: benchCaptures,
  graph: benchGraph,
  leaks: benchLeaks,
  page: benchPage,
};

const { values } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(BENCHES).join(",") },
    legs: { type: "string", default: SUITE_LEGS.join(",") },
    rounds: { type: "string", default: "5" },
    clock: { type: "string", default: "wall" },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`--rounds ${values.rounds}: a whole number from 1`);
if (values.clock !== "wall" && values.clock !== "cpu") throw new RangeError(`--clock ${values.clock}: wall or cpu`);
const chosen = values.only.split(",");
for (const name of chosen)
  if (!(name in BENCHES)) throw new RangeError(`--only ${name}: one of ${Object.keys(BENCHES)}`);
// Of whole suites: the other benches are short enough to be run as they are.
const legs = values.legs.split(",");
for (const leg of legs) if (!SUITE_LEGS.includes(leg)) throw new RangeError(`--legs ${leg}: some of ${SUITE_LEGS}`);

const root = fileURLToPath(new URL("../", import.meta.url));
// The compiler tells its errors on the standard output, which is the bench's.
const build = spawnSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", 2, "inherit"] });
if (build.status !== 0) process.exit(1);

const number = (value) => value.toFixed(value < 1 ? 3 : 2);
const results = [];
if (!values.json)
  console.log(
    `Node ${process.versions.node}, ${rounds} rounds in turn, ${values.clock} time; ratio: median [lowest to highest]\n`,
  );
for (const name of chosen) {
  for (const row of await BENCHES[name](rounds, values.clock, legs)) {
    const met = row.target === undefined || row.ratio === undefined ? null : row.ratio.median <= row.target;
    results.push({ ...row, met });
    if (values.json) continue;
    if (row.ratio === undefined) {
      console.log(`${row.name}: skipped, ${row.skipped}`);
      continue;
    }
    const { median, min, max } = row.ratio;
    // A ratio, unless the row names a unit.
    const unit = row.unit === undefined ? "" : ` ${row.unit}`;
    const verdict = met === null ? "" : `  target ≤ ${number(row.target)}${unit}: ${met ? "met" : "NOT MET"}`;
    console.log(`${row.name.padEnd(62)} ${number(median)}${unit} [${number(min)} to ${number(max)}]${verdict}`);
  }
}
if (values.json)
  console.log(JSON.stringify({ node: process.versions.node, rounds, clock: values.clock, results }, null, 2));
