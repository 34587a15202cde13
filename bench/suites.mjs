// Whole suites, with and without memspec, beside what the runners have of their own.
import path from "node:path";
import { ratios, summarise, takeTurns } from "./compare.mjs";
import { outputOf, timesOf } from "./run-node.mjs";
import { FILES, generate, project, root, TESTS, TESTS_A_FILE } from "./suites/project.mjs";

const RUNNERS = {
  vitest: { name: "Vitest", program: ["node_modules/vitest/vitest.mjs", "run", "--config"], extension: "vitest.mjs" },
  jest: { name: "Jest", program: ["node_modules/jest/bin/jest.js", "--config"], extension: "jest.cjs" },
};

/**
 * What is compared with what. Target: at most 1.05 with the plugin, where no test measures, and where all are observed. Files
 * that name memspec have the tracker from their start; a limit on every test collects garbage before each. Those have no
 * target, and no more have the runners' own options, which stand beside.
 */
const LEGS = {
  plugin: { config: "plugin", what: `${FILES} files, with the plugin, no test measures`, target: 1.05 },
  observed: { config: "observed", what: `${FILES} files, every test observed`, target: 1.05 },
  "log-heap": { config: "plain", options: ["--logHeapUsage"], what: `${FILES} files, --logHeapUsage, no memspec` },
  "detect-leaks": {
    config: "plain",
    options: ["--detectLeaks"],
    // On a busy machine it finds leaks where there are none.
    mayFail: true,
    runners: ["jest"],
    what: `${FILES} files, --detectLeaks, no memspec`,
  },
  large: {
    config: "observed-large",
    base: "plain-large",
    what: `a file of ${TESTS} tests, every test observed`,
    target: 1.05,
  },
  "large-log-heap": {
    config: "plain-large",
    base: "plain-large",
    options: ["--logHeapUsage"],
    what: `a file of ${TESTS} tests, --logHeapUsage, no memspec`,
  },
  armed: { config: "armed", what: `${FILES} files, with the tracker in every file` },
  limits: { config: "limits", what: `${FILES} files, with a limit on every test` },
};

/** The legs' names: `vitest-large`, `jest-memory`, ... */
export const SUITE_LEGS = Object.keys(RUNNERS).flatMap((runner) => [
  ...Object.entries(LEGS)
    .filter(([, { runners }]) => runners?.includes(runner) ?? true)
    .map(([leg]) => `${runner}-${leg}`),
  `${runner}-memory`,
]);

/** @param legs which of `SUITE_LEGS` */
export function benchSuites(rounds, _clock, legs = SUITE_LEGS) {
  generate();
  return Object.keys(RUNNERS).flatMap((runner) => {
    const chosen = Object.entries(LEGS).filter(([leg]) => legs.includes(`${runner}-${leg}`));
    return [
      ...(chosen.length === 0 ? [] : timedRows(runner, Object.fromEntries(chosen), rounds)),
      ...(legs.includes(`${runner}-memory`) ? memoryRows(runner, rounds) : []),
    ];
  });
}

function timedRows(runner, legs, rounds) {
  const bases = new Set(Object.values(legs).map(({ base = "plain" }) => base));
  const run = (config, options, mayFail) => () =>
    timesOf(process.execPath, commandOf(runner, config, options), { cwd: project, mayFail });
  const both = takeTurns(
    {
      ...Object.fromEntries([...bases].map((config) => [`base ${config}`, run(config)])),
      ...Object.fromEntries(
        Object.entries(legs).map(([leg, { config, options, mayFail }]) => [leg, run(config, options, mayFail)]),
      ),
    },
    rounds,
  );
  return ["wall", "cpu"].flatMap((clock) => {
    const times = Object.fromEntries(Object.entries(both).map(([name, taken]) => [name, taken.map((t) => t[clock])]));
    return Object.entries(legs).map(([leg, { what, base = "plain", target }]) => ({
      name: `${RUNNERS[runner].name}, ${what} (${clock})`,
      ratio: ratios(times, leg, `base ${base}`),
      target,
    }));
  });
}

/** Target: at most 2 MB in the main process for each 1,000 tests, what memspec itself takes there included. */
function memoryRows(runner, rounds) {
  const run = (config) => () => {
    const args = ["--expose-gc", ...commandOf(runner, config, runner === "jest" ? ["--maxWorkers=2"] : [])];
    const told = /\{"main":.*\}/.exec(outputOf(process.execPath, args, { cwd: project }));
    if (told === null) throw new Error("the main process told nothing about its memory");
    return JSON.parse(told[0]).main;
  };
  const taken = takeTurns({ plain: run("plain-many"), observed: run("observed-many") }, rounds);
  const thousands = (FILES * TESTS_A_FILE) / 1000;
  const more = (figure) =>
    summarise(taken.observed.map((told, round) => (told[figure] - taken.plain[round][figure]) / 1e6 / thousands));
  const name = `${RUNNERS[runner].name}, main process, for each 1,000 of ${thousands * 1000} tests observed`;
  return [
    { name: `${name} (heap and buffers alive)`, ratio: more("heapUsed"), unit: "MB", target: 2 },
    { name: `${name} (resident)`, ratio: more("rss"), unit: "MB" },
  ];
}

function commandOf(runner, config, options = []) {
  const { program, extension } = RUNNERS[runner];
  const [script, ...args] = program;
  return [path.join(root, script), ...args, `${config}.${extension}`, ...options];
}
