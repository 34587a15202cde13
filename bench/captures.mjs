// What a recording costs, beside heaptrack's on the same programs, and how long its file takes to become a flamegraph.
//
// Both record a stack for every allocation. heaptrack's stacks are of machine code alone, as `--native` takes them beside JavaScript's. Times are
// of the whole command, from its start to the file being there, by the clock on the wall: who waits for a capture waits for all of it.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ratios, summarise, takeTurns } from "./compare.mjs";
import { buildPairs } from "./pairs.mjs";
import { outputOf, timesOf } from "./run-node.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const scratch = here("../.cache/bench/captures");
const memspec = here("../cli/dist/cjs/memspec.js");
const PAIRS = 5_000_000;

/** heaptrack sees the same allocations as we do: what there is of V8's own is nothing beside the program's. */
const ALIKE = "5 million malloc/free pairs";

/**
 * Of two lengths, of about one second and of four: what a recording costs once (the command is a Node of its own, which takes as long to start as any) is
 * told from what it costs as long as it runs.
 */
const nativeHeavy = (times) => [here("programs/repeat.mjs"), here("programs/native-heavy.mjs"), String(times)];

const PROGRAMS = {
  "native-heavy program, short": nativeHeavy(2),
  "native-heavy program, long": nativeHeavy(8),
  [ALIKE]: [here("pairs/run.mjs"), "plain", String(PAIRS)],
};

function fresh(name) {
  const folder = path.join(scratch, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Times, and the bytes of the file that is left. */
function recorded(name, command, args) {
  const folder = fresh(name);
  const target = path.join(folder, "recording");
  const times = timesOf(command, args(target));
  const [file] = readdirSync(folder);
  return { ...times, bytes: statSync(path.join(folder, file)).size, file: path.join(folder, file) };
}

const memspecRun =
  (folder, program, ...flags) =>
  () =>
    recorded(folder, process.execPath, (target) => [
      memspec,
      "run",
      "-q",
      ...flags,
      "-o",
      `${target}.memspec`,
      "--",
      ...program,
    ]);

const heaptrackRun = (folder, program) => () =>
  recorded(folder, "heaptrack", (target) => ["-o", target, process.execPath, ...program]);

/** As it was written, not yet interpreted. */
const heaptrackRaw = (folder, program) => () =>
  recorded(folder, "heaptrack", (target) => ["--raw", "-o", target, process.execPath, ...program]);

export function benchCaptures(rounds, clock) {
  buildPairs();
  const hasHeaptrack = spawnSync("heaptrack", ["--version"], { stdio: "ignore" }).status === 0;
  return Object.entries(PROGRAMS).flatMap(([what, program], number) => {
    const folder = (name) => `${number}-${name}`;
    const taken = takeTurns(
      {
        plain: () => timesOf(process.execPath, program),
        stacks: memspecRun(folder("stacks"), program),
        native: memspecRun(folder("native"), program, "--native"),
        aggregate: memspecRun(folder("aggregate"), program, "--aggregate"),
        ...(hasHeaptrack ? { heaptrack: heaptrackRun(folder("heaptrack"), program) } : {}),
      },
      rounds,
    );
    const times = Object.fromEntries(
      Object.entries(taken).map(([name, list]) => [name, list.map((one) => one[clock])]),
    );
    const limit = what === ALIKE ? {} : { target: 1.5 };
    const rows = [
      { name: `${what}, recorded with JavaScript's stacks`, ratio: ratios(times, "stacks", "plain"), ...limit },
      { name: `${what}, recorded with --native`, ratio: ratios(times, "native", "plain") },
      { name: `${what}, recorded with --aggregate`, ratio: ratios(times, "aggregate", "plain") },
    ];
    if (!hasHeaptrack) {
      return [
        ...rows,
        { name: `${what}: heaptrack`, skipped: "not installed: `apt-get install heaptrack` gives the peer" },
      ];
    }
    const added = (name) => times[name].map((time, round) => time - times.plain[round]);
    const share = (name) => summarise(added(name).map((time, round) => time / added("heaptrack")[round]));
    return [
      ...rows,
      { name: `${what}, heaptrack`, ratio: ratios(times, "heaptrack", "plain") },
      { name: `${what}: added time as a share of heaptrack's`, ratio: share("stacks"), target: 0.5 },
      { name: `${what}: added time with --native as a share of heaptrack's`, ratio: share("native"), target: 0.5 },
      ...fileRows(what, program, taken),
      ...readingRows(what, taken, clock, rounds),
    ];
  });
}

/**
 * What must not be larger than heaptrack's: the bytes for each allocation, by each one's own count, of files that say the same. heaptrack's finished file has
 * neither addresses nor which block is freed, but only one of which size and stack; on a malloc loop ours is smaller for all that. Its raw file has the
 * addresses, as ours has when it is finished. Of a long program most of ours is those two, so the finished ones are told beside.
 */
function fileRows(what, program, taken) {
  const raw = heaptrackRaw("raw", program)();
  return ["stacks", "native"].flatMap((name) => {
    const flag = name === "native" ? " with --native" : "";
    const rounds = taken[name];
    const finished = (round) => taken.heaptrack[round];
    const perAllocation = ({ bytes, file }) => bytes / allocationsIn(file);
    const theirs = ({ bytes, file }) => bytes / heaptrackAllocations(file);
    // The raw file cannot be asked how many allocations it has: the same program's.
    const theirsRaw = raw.bytes / heaptrackAllocations(finished(0).file);
    const target = { target: 1 };
    return [
      {
        name: `${what}: bytes of the file for each allocation${flag}, to heaptrack's raw file`,
        ratio: summarise(rounds.map((ours) => perAllocation(ours) / theirsRaw)),
        ...target,
      },
      {
        name: `${what}: the same, to its finished file, without addresses`,
        ratio: summarise(rounds.map((ours, round) => perAllocation(ours) / theirs(finished(round)))),
        ...(what === ALIKE ? target : {}),
      },
      {
        name: `${what}: bytes of the whole file${flag}, to that finished file`,
        ratio: summarise(rounds.map(({ bytes }, round) => bytes / finished(round).bytes)),
      },
    ];
  });
}

const known = new Map();

function allocationsIn(file) {
  // The rounds write to one place: the last file is there, and its count is that of each round within a few.
  if (!known.has(file)) {
    const { spaces } = JSON.parse(outputOf(process.execPath, [memspec, "stats", "--json", file])).statistics;
    known.set(file, spaces.native.allocationCount + spaces.buffers.allocationCount);
  }
  return known.get(file);
}

function heaptrackAllocations(file) {
  if (!known.has(file)) {
    const text = outputOf("heaptrack_print", ["-f", file, "-p", "0", "-a", "0", "-T", "0"]);
    const [, calls] = /calls to allocation functions: (\d+)/u.exec(text) ?? [];
    if (calls === undefined) throw new Error(`heaptrack_print tells no number of allocations of ${file}`);
    known.set(file, Number(calls));
  }
  return known.get(file);
}

/** A flamegraph of our file, and heaptrack_print on its own. */
function readingRows(what, taken, clock, rounds) {
  const ours = taken.stacks.at(-1).file;
  const theirs = taken.heaptrack.at(-1).file;
  const page = path.join(scratch, "page.html");
  const flamegraph = [here("captures/peak-memory.mjs"), memspec, "flamegraph", ours, "-f", "-o", page];
  let peak = 0;
  const times = takeTurns(
    {
      ours: () => {
        const printed = outputOf(process.execPath, flamegraph);
        const last = JSON.parse(printed.trimEnd().split("\n").at(-1));
        peak = Math.max(peak, last.maxRss);
        return last[clock];
      },
      theirs: () => timesOf("heaptrack_print", ["-f", theirs, "-F", path.join(scratch, "stacks.txt")])[clock],
    },
    rounds,
  );
  const rows = [
    {
      name: `${what}: a flamegraph of the capture, to heaptrack_print's time`,
      ratio: ratios(times, "ours", "theirs"),
      target: 1,
    },
  ];
  rows.push({
    name: `${what}: memory of that, ${(allocationsIn(ours) * 2).toLocaleString("en")} records`,
    ratio: summarise([peak / 1e6]),
    unit: "MB",
    target: 512,
  });
  return rows;
}
