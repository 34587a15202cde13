// Whole suites of 40 files, with and without the plugin.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages } from "../test/matrix/install-packages.mjs";
import { ratios, takeTurns } from "./compare.mjs";
import { timeOf } from "./run-node.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const project = path.join(root, ".cache/bench/suites");
const FILES = 40;

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

function generate() {
  rmSync(project, { recursive: true, force: true });
  for (const folder of ["vitest", "jest"]) mkdirSync(path.join(project, folder), { recursive: true });
  const write = (name, text) => writeFileSync(path.join(project, name), text);
  write("package.json", '{ "name": "suites", "private": true }\n');
  write("model.ts", model);
  for (let index = 0; index < FILES; index++) {
    write(`vitest/${index}.test.ts`, testFile('import { describe, expect, test } from "vitest";', index));
    write(`jest/${index}.test.ts`, testFile('import { describe, expect, test } from "@jest/globals";', index));
  }
  const vitest = (plugins) => `
import { memspec } from "@memspec/vitest/config";
export default { plugins: [${plugins}], test: { include: ["vitest/*.test.ts"] } };\n`;
  write("plain.vitest.mjs", vitest("").replace(/^import.*$/m, ""));
  write("plugin.vitest.mjs", vitest("memspec()"));
  write("limits.vitest.mjs", vitest('memspec({ limits: { default: "1 GB" } })'));
  const jest = (more) => `module.exports = {
  rootDir: __dirname, testMatch: ["<rootDir>/jest/*.test.ts"], ${more}
  transform: { "\\\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" } }] },
};\n`;
  write("plain.jest.cjs", jest('testEnvironment: "node",'));
  write("plugin.jest.cjs", jest('preset: "@memspec/jest",'));
  write(
    "limits.jest.cjs",
    jest('preset: "@memspec/jest", testEnvironmentOptions: { memory: { limits: { default: "1 GB" } } },'),
  );
  installPackages(project);
}

/** Target: at most 1.05 with the plugin. A limit on every test collects garbage before each; it has no target. */
export function benchSuites(rounds) {
  generate();
  const vitest = (config) => () =>
    timeOf(
      process.execPath,
      [path.join(root, "node_modules/vitest/vitest.mjs"), "run", "--config", `${config}.vitest.mjs`],
      {
        cwd: project,
      },
    );
  const jest = (config) => () =>
    timeOf(process.execPath, [path.join(root, "node_modules/jest/bin/jest.js"), "--config", `${config}.jest.cjs`], {
      cwd: project,
    });
  return ["vitest", "jest"].flatMap((runner) => {
    const run = runner === "vitest" ? vitest : jest;
    const times = takeTurns({ plain: run("plain"), plugin: run("plugin"), limits: run("limits") }, rounds);
    const name = runner === "vitest" ? "Vitest" : "Jest";
    return [
      { name: `${name}, ${FILES} files, with the plugin`, ratio: ratios(times, "plugin", "plain"), target: 1.05 },
      { name: `${name}, ${FILES} files, with a limit on every test`, ratio: ratios(times, "limits", "plain") },
    ];
  });
}
