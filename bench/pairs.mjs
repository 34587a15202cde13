// Five million malloc and free pairs: memspec's added cost beside heaptrack's, in the same run.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describeNode } from "../native/tools/node-binary.mjs";
import { ratios, summarise, takeTurns } from "./compare.mjs";
import { INTERVAL_OF_LARGE_LIMITS } from "./programs.mjs";
import { outputOf, printedTime } from "./run-node.mjs";

const PAIRS = 5_000_000;
const folder = fileURLToPath(new URL("pairs", import.meta.url));
const recordings = fileURLToPath(new URL("../.cache/bench/heaptrack", import.meta.url));

export function buildPairs() {
  const nodeGyp = createRequire(import.meta.url).resolve("node-gyp/bin/node-gyp.js");
  const { headers } = describeNode(process.execPath);
  const where = headers === undefined ? [] : [`--nodedir=${headers}`];
  const step = existsSync(path.join(folder, "build/Makefile")) ? "build" : "rebuild";
  outputOf(process.execPath, [nodeGyp, "--loglevel=error", step, "--release", ...where], { cwd: folder });
}

export function benchPairs(rounds, clock) {
  buildPairs();
  const program = [path.join(folder, "run.mjs")];
  const variants = {
    plain: () => printedTime(outputOf(process.execPath, [...program, "plain", String(PAIRS)]), clock),
    tracked: () =>
      printedTime(outputOf(process.execPath, [...program, "tracked", String(PAIRS), INTERVAL_OF_LARGE_LIMITS]), clock),
    default: () => printedTime(outputOf(process.execPath, [...program, "tracked", String(PAIRS)]), clock),
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
      return printedTime(outputOf("heaptrack", args), clock);
    };
  }
  const times = takeTurns(variants, rounds);
  const rows = [
    {
      name: `5 million malloc/free pairs, a stack every ${INTERVAL_OF_LARGE_LIMITS}`,
      ratio: ratios(times, "tracked", "plain"),
    },
    { name: "5 million malloc/free pairs, a stack every 128 KiB (no limit)", ratio: ratios(times, "default", "plain") },
  ];
  if (hasHeaptrack) {
    const added = (name) => times[name].map((time, round) => time - times.plain[round]);
    const heaptrack = added("heaptrack");
    rows.push(
      { name: "5 million malloc/free pairs, heaptrack", ratio: ratios(times, "heaptrack", "plain") },
      {
        name: `added cost as a share of heaptrack's, a stack every ${INTERVAL_OF_LARGE_LIMITS}`,
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
