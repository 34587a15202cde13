// Is a small function clean? memspec's `toNotLeak` in a Vitest worker, beside memlab with snapshots of the same worker's heap.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages } from "../test/matrix/install-packages.mjs";
import { ratios, summarise, takeTurns } from "./compare.mjs";
import { memlabFolder } from "./memlab.mjs";
import { outputOf } from "./run-node.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const project = path.join(root, ".cache/bench/leaks");
const snapshots = ["baseline", "target", "final"].map((name) => path.join(project, `${name}.heapsnapshot`));
/** Checks a worker makes; the first ones, as in a worker of a user's, are among them. */
const CHECKS = 15;

/** The function, and what makes the heap the same for both: the runner, the plugin, and the function's module. */
const model = `
export class Session {
  readonly data = new Map<string, number[]>();
  fill(): this {
    for (let key = 0; key < 20; key++) this.data.set("key " + key, [key, key + 1]);
    return this;
  }
}
export function openAndClose(): number {
  return new Session().fill().data.size;
}
`;

/** Milliseconds of the clock and, of the whole process, of the processor. */
const clock = `
export function clock(): () => { wall: number; cpu: number } {
  const started = process.hrtime.bigint();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { wall: Number(process.hrtime.bigint() - started) / 1e6, cpu: (user + system) / 1000 };
  };
}
`;

const ours = `
import { expect, test } from "vitest";
import { writeSync } from "node:fs";
import { clock } from "./clock";
import { openAndClose } from "./model";
test("memspec", async () => {
  const times: unknown[] = [];
  for (let check = 0; check < ${CHECKS}; check++) {
    const read = clock();
    await expect(openAndClose).toNotLeak();
    times.push(read());
  }
  writeSync(1, "\\n" + JSON.stringify(times) + "\\n");
}, 120_000);
`;

/** The calls that memlab judges: before, after some, and after as many again. */
const theirs = `
import { test } from "vitest";
import { writeSync } from "node:fs";
import { writeHeapSnapshot } from "node:v8";
import { clock } from "./clock";
import { openAndClose } from "./model";
const call = () => { for (let calls = 0; calls < 16; calls++) openAndClose(); };
test("snapshots", () => {
  const read = clock();
  for (const file of ${JSON.stringify(snapshots)}) {
    call();
    writeHeapSnapshot(file);
  }
  writeSync(1, "\\n" + JSON.stringify([read()]) + "\\n");
}, 120_000);
`;

function generate() {
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { recursive: true });
  const write = (name, text) => writeFileSync(path.join(project, name), text);
  write("package.json", '{ "name": "leaks", "private": true, "type": "module" }\n');
  write("model.ts", model);
  write("clock.ts", clock);
  write("ours.test.ts", ours);
  write("theirs.test.ts", theirs);
  write(
    "vitest.config.mjs",
    'import { memspec } from "@memspec/vitest/config";\nexport default { plugins: [memspec()] };\n',
  );
  installPackages(project);
}

function printed(output, which) {
  const line = output.split("\n").find((text) => text.startsWith('[{"wall":'));
  if (line === undefined) throw new Error(`no times were printed:\n${output}`);
  return JSON.parse(line).map((time) => time[which]);
}

const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
const inWorker = (file) => outputOf(process.execPath, [vitest, "run", file], { cwd: project });
const inMemlab = (folder) =>
  outputOf(process.execPath, [path.join(root, "bench/leaks/memlab.cjs"), folder, ...snapshots]);

/** Targets: under 150 ms, and under a tenth of memlab's time, whose modules are loaded and whose process has started. */
export function benchLeaks(rounds, which) {
  const memlab = memlabFolder();
  generate();
  const checks = [];
  const times = takeTurns(
    {
      ours: () => {
        const taken = printed(inWorker("ours.test.ts"), which);
        checks.push(taken);
        return summarise(taken).median;
      },
      memlab: () => {
        const [taking] = printed(inWorker("theirs.test.ts"), which);
        const [judging] = printed(inMemlab(memlab), which);
        return taking + judging;
      },
    },
    rounds,
  );
  const seconds = (samples) => `${(summarise(samples).median / 1000).toFixed(2)} s`;
  return [
    {
      name: `a clean small function, toNotLeak in a Vitest worker, ${CHECKS} checks each`,
      // The first run of each did not count.
      ratio: summarise(checks.slice(1).flat()),
      unit: "ms",
      target: 150,
    },
    {
      // V8 and memspec itself are cold: what they leave behind may cost a confirming run.
      name: "the first of them in each worker",
      ratio: summarise(checks.slice(1).map(([first]) => first)),
      unit: "ms",
    },
    {
      name: `the same question: ${seconds(times.ours)}, memlab ${seconds(times.memlab)}`,
      ratio: ratios(times, "ours", "memlab"),
      target: 0.1,
    },
  ];
}
