// A heap of a million objects, taken apart: memspec beside @memlab/heap-analysis, on the same snapshot, in the same run.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ratios, takeTurns } from "./compare.mjs";
import { memlabFolder } from "./memlab.mjs";
import { outputOf } from "./run-node.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = path.join(root, ".cache/bench/graph");
const snapshot = path.join(folder, "million.heapsnapshot");

function prepare() {
  mkdirSync(folder, { recursive: true });
  outputOf(process.execPath, ["--max-old-space-size=4096", path.join(root, "bench/graph/heap.mjs"), snapshot]);
}

function measured(program, args) {
  const output = outputOf(process.execPath, [path.join(root, "bench/graph", program), snapshot, ...args], {
    cwd: root,
  });
  const line = output.split("\n").find((text) => text.startsWith('{"ms":'));
  if (line === undefined) throw new Error(`${program} printed no figures:\n${output}`);
  return JSON.parse(line);
}

/** Targets: a fifth of the time, a third of the memory. */
export function benchGraph(rounds) {
  prepare();
  const memlab = memlabFolder();
  const peaks = { ours: [], memlab: [] };
  let about = "";
  const run = (name, program, args) => () => {
    const { ms, peakBytes, nodes, edges } = measured(program, args);
    peaks[name].push(peakBytes);
    if (edges !== undefined) about = `${(nodes / 1e6).toFixed(2)} M nodes, ${(edges / 1e6).toFixed(2)} M edges`;
    return ms;
  };
  const times = takeTurns({ ours: run("ours", "ours.mjs", []), memlab: run("memlab", "memlab.cjs", [memlab]) }, rounds);
  // The first of each did not count.
  const memory = { ours: peaks.ours.slice(1), memlab: peaks.memlab.slice(1) };
  const middle = (samples) => [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)];
  const told = (ours, memlab) => `${about}: ${ours}, memlab ${memlab}`;
  const seconds = (samples) => `${(middle(samples) / 1000).toFixed(2)} s`;
  const megabytes = (samples) => `${(middle(samples) / 1e6).toFixed(0)} MB`;
  return [
    {
      name: `time (${told(seconds(times.ours), seconds(times.memlab))})`,
      ratio: ratios(times, "ours", "memlab"),
      target: 0.2,
    },
    {
      name: `peak RSS (${told(megabytes(memory.ours), megabytes(memory.memlab))})`,
      ratio: ratios(memory, "ours", "memlab"),
      target: 1 / 3,
    },
  ];
}
