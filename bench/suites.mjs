// Whole suites, with and without the plugin: 40 files, and one file of 2,000 tests.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages } from "../test/matrix/install-packages.mjs";
import { ratios, takeTurns } from "./compare.mjs";
import { timesOf } from "./run-node.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const project = path.join(root, ".cache/bench/suites");
const FILES = 40;
const TESTS = 2000;

/** What each file tests: small, ordinary code with ordinary garbage. */
const model = `
export interface Item { readonly id: number; readonly name: string; readonly tags: readonly string[] }
export function makeItems(count: number, seed: number): Item[] {
  return Array.from({ length: count }, (_, id) => ({ id, name: "item " + ((id * seed) % 997), tags: ["a" + (id % 7), "b" + (id % 3)] }));
}
export function groupByTag(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) for (const tag of item.tags) groups.set(tag, [...(groups.get(tag)?.slice(-20) ?? []), item]);
  return groups;
}
export const roundTrip = (items: readonly Item[]): Item[] => JSON.parse(JSON.stringify(items)) as Item[];
export const search = (items: readonly Item[], text: string): Item[] => items.filter((item) => new RegExp(text).test(item.name));
`;

const testFile = (imports, index) => `${imports}
import { groupByTag, makeItems, roundTrip, search } from "../model";
describe("file ${index}", () => {
  const items = makeItems(2000, ${index + 3});
  for (const part of [1, 2, 3, 4, 5]) {
    test("groups " + part, () => { expect(groupByTag(items.slice(0, 400 * part)).size).toBe(10); });
    test("round trip " + part, () => { expect(roundTrip(items)).toHaveLength(2000); });
    test("search " + part, () => { expect(search(items, "item " + part).length).toBeGreaterThan(0); });
    test("waits " + part, async () => { await new Promise((done) => setTimeout(done, 1)); expect(part).toBeGreaterThan(0); });
  }
});
`;

/** Small tests of a model, each of which makes a little garbage: what a mark costs shows where bodies are short. */
const largeFile = (imports) => `${imports}
import { groupByTag, makeItems, roundTrip } from "../model";
const items = makeItems(200, 7);
describe("one of many", () => {
  for (let index = 0; index < ${TESTS}; index += 1) {
    test("test " + index, () => {
      expect(groupByTag(items).size).toBe(10);
      expect(roundTrip(items)).toHaveLength(200);
    });
  }
});
`;

function generate() {
  rmSync(project, { recursive: true, force: true });
  for (const folder of ["vitest", "vitest-armed", "vitest-large", "jest", "jest-armed", "jest-large"])
    mkdirSync(path.join(project, folder), { recursive: true });
  const write = (name, text) => writeFileSync(path.join(project, name), text);
  write("package.json", '{ "name": "suites", "private": true }\n');
  write("model.ts", model);
  for (let index = 0; index < FILES; index++) {
    for (const [runner, module] of [
      ["vitest", "vitest"],
      ["jest", "@jest/globals"],
    ]) {
      const text = testFile(`import { describe, expect, test } from "${module}";`, index);
      write(`${runner}/${index}.test.ts`, text);
      // A file that names memspec has the tracker from its start.
      write(`${runner}-armed/${index}.test.ts`, `// memspec\n${text}`);
    }
  }
  write("vitest-large/large.test.ts", largeFile('import { describe, expect, test } from "vitest";'));
  write("jest-large/large.test.ts", largeFile('import { describe, expect, test } from "@jest/globals";'));
  const vitest = (plugins, folder = "vitest") => `
import { memspec } from "@memspec/vitest/config";
export default { plugins: [${plugins}], test: { include: ["${folder}/*.test.ts"] } };\n`;
  write("plain.vitest.mjs", vitest("").replace(/^import.*$/m, ""));
  write("plugin.vitest.mjs", vitest("memspec({ observe: false })"));
  write("observed.vitest.mjs", vitest("memspec()"));
  write("armed.vitest.mjs", vitest("memspec({ observe: false })", "vitest-armed"));
  write("limits.vitest.mjs", vitest('memspec({ observe: false, limits: { default: "1 GB" } })'));
  write("plain-large.vitest.mjs", vitest("", "vitest-large").replace(/^import.*$/m, ""));
  write("observed-large.vitest.mjs", vitest("memspec()", "vitest-large"));
  const jest = (more, folder = "jest") => `module.exports = {
  rootDir: __dirname, testMatch: ["<rootDir>/${folder}/*.test.ts"], ${more}
  transform: { "\\\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" } }] },
};\n`;
  write("plain.jest.cjs", jest('testEnvironment: "node",'));
  const unobserved = (more = "") =>
    `preset: "@memspec/jest", testEnvironmentOptions: { memory: { observe: false, ${more} } },`;
  write("plugin.jest.cjs", jest(unobserved()));
  write("observed.jest.cjs", jest('preset: "@memspec/jest",'));
  write("armed.jest.cjs", jest(unobserved(), "jest-armed"));
  write("limits.jest.cjs", jest(unobserved('limits: { default: "1 GB" }')));
  write("plain-large.jest.cjs", jest('testEnvironment: "node",', "jest-large"));
  write("observed-large.jest.cjs", jest('preset: "@memspec/jest",', "jest-large"));
  installPackages(project);
}

/**
 * Target: at most 1.05 with the plugin, where no test measures, and where all are observed. Files that name memspec have the tracker from their start;
 * a limit on every test collects garbage before each. Those have no target.
 */
export function benchSuites(rounds) {
  generate();
  const runs = {
    Vitest: (config) => ["node_modules/vitest/vitest.mjs", "run", "--config", `${config}.vitest.mjs`],
    Jest: (config) => ["node_modules/jest/bin/jest.js", "--config", `${config}.jest.cjs`],
  };
  return Object.entries(runs).flatMap(([runner, argumentsOf]) => {
    const run = (config) => () => {
      const [program, ...args] = argumentsOf(config);
      return timesOf(process.execPath, [path.join(root, program), ...args], { cwd: project });
    };
    const both = takeTurns(
      {
        plain: run("plain"),
        plugin: run("plugin"),
        observed: run("observed"),
        armed: run("armed"),
        limits: run("limits"),
        "plain-large": run("plain-large"),
        "observed-large": run("observed-large"),
      },
      rounds,
    );
    return ["wall", "cpu"].flatMap((clock) => {
      const times = Object.fromEntries(Object.entries(both).map(([name, taken]) => [name, taken.map((t) => t[clock])]));
      const row = (config, what) => ({
        name: `${runner}, ${FILES} files, ${what} (${clock})`,
        ratio: ratios(times, config, "plain"),
      });
      return [
        { ...row("plugin", "with the plugin, no test measures"), target: 1.05 },
        { ...row("observed", "every test observed"), target: 1.05 },
        {
          name: `${runner}, a file of ${TESTS} tests, every test observed (${clock})`,
          ratio: ratios(times, "observed-large", "plain-large"),
          target: 1.05,
        },
        row("armed", "with the tracker in every file"),
        row("limits", "with a limit on every test"),
      ];
    });
  });
}
