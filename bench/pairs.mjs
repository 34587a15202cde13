// Five million malloc and free pairs: memspec's added cost beside heaptrack's, in the same run.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describeNode } from "../native/tools/node-binary.mjs";
import { ratios, summarise, takeTurns } from "./compare.mjs";
import { outputOf } from "./run-node.mjs";

const PAIRS = 5_000_000;
const folder = fileURLToPath(new URL("pairs", import.meta.url));
const recordings = fileURLToPath(new URL("../.cache/bench/heaptrack", import.meta.url));

function build() {
  const nodeGyp = createRequire(import.meta.url).resolve("node-gyp/bin/node-gyp.js");
  const { headers } = describeNode(process.execPath);
  const where = headers === undefined ? [] : [`--nodedir=${headers}`];
  const step = existsSync(path.join(folder, "build/Makefile")) ? "build" : "rebuild";
  outputOf(process.execPath, [nodeGyp, "--loglevel=error", step, "--release", ...where], { cwd: folder });
}

export function benchPairs(rounds) {
  build();
  const program = [path.join(folder, "run.mjs")];
  const variants = {
    plain: () => Number(outputOf(process.execPath, [...program, "plain", String(PAIRS)])),
    tracked: () => Number(outputOf(process.execPath, [...program, "tracked", String(PAIRS)])),
  };
  const hasHeaptrack = spawnSync("heaptrack", ["--version"], { stdio: "ignore" }).status === 0;
  if (hasHeaptrack) {
    variants.heaptrack = () => {
      rmSync(recordings, { recursive: true, force: true });
      mkdirSync(recordings, { recursive: true });
      const args = [
        "--raw",
        "-o",
        path.join(recordings, "pairs"),
        process.execPath,
        ...program,
        "plain",
        String(PAIRS),
      ];
      return timeInside(outputOf("heaptrack", args));
    };
  }
  const times = takeTurns(variants, rounds);
  const rows = [
    { name: `${PAIRS / 1e6} million malloc/free pairs, memspec`, ratio: ratios(times, "tracked", "plain") },
  ];
  if (hasHeaptrack) {
    const added = (name) => times[name].map((time, round) => time - times.plain[round]);
    const heaptrack = added("heaptrack");
    rows.push(
      { name: `${PAIRS / 1e6} million malloc/free pairs, heaptrack`, ratio: ratios(times, "heaptrack", "plain") },
      {
        name: "memspec's added cost as a share of heaptrack's",
        ratio: summarise(added("tracked").map((time, round) => time / heaptrack[round])),
        target: 1 / 6,
      },
    );
  } else {
    rows.push({
      name: "heaptrack",
      skipped: "not installed: `apt-get install heaptrack` gives the peer to compare with",
    });
  }
  return rows;
}

/** Our number stands on a line of its own among heaptrack's messages. */
function timeInside(output) {
  const line = output.split("\n").find((text) => /^\d+(?:\.\d+)?(?:e\+\d+)?$/.test(text));
  if (line === undefined) throw new Error(`heaptrack's run printed no time:\n${output}`);
  return Number(line);
}
