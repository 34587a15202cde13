// The projects that whole suites are timed on: 40 files, one file of 2,000 tests, and 40 files of 100 tests that do next to nothing.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages } from "../../test/matrix/install-packages.mjs";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const project = path.join(root, ".cache/bench/suites");
export const FILES = 40;
export const TESTS = 2000;
export const TESTS_A_FILE = 100;
const RUNNERS = ["vitest", "jest"];
const FOLDERS = ["", "-armed", "-large", "-many"];

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

const manyTests = (imports, index) => `${imports}
describe("file ${index}", () => {
  for (let part = 0; part < ${TESTS_A_FILE}; part += 1) test("a test with a name of usual length " + part, () => { expect(part).toBe(part); });
});
`;

/** Says at the end of the run how much of the main process's heap is alive, and what it takes of the machine's memory. */
const heapReporter = `
export default class {
  async onTestRunEnd() { await tell(); }
  async onRunComplete() { await tell(); }
}
async function tell() {
  await new Promise((done) => setTimeout(done, 50));
  for (let round = 0; round < 3; round += 1) gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  console.log(JSON.stringify({ main: { heapUsed: heapUsed + external, rss } }));
}
`;

/** Writes the projects' files, and memspec's packages as they would be installed. */
export function generate() {
  rmSync(project, { recursive: true, force: true });
  for (const folder of RUNNERS.flatMap((runner) => FOLDERS.map((kind) => runner + kind)))
    mkdirSync(path.join(project, folder), { recursive: true });
  const write = (name, text) => writeFileSync(path.join(project, name), text);
  write("package.json", '{ "name": "suites", "private": true }\n');
  write("model.ts", model);
  write("heap-reporter.mjs", heapReporter);
  for (let index = 0; index < FILES; index++) {
    for (const [runner, module] of [
      ["vitest", "vitest"],
      ["jest", "@jest/globals"],
    ]) {
      const text = testFile(`import { describe, expect, test } from "${module}";`, index);
      write(`${runner}/${index}.test.ts`, text);
      // A file that names memspec has the tracker from its start.
      write(`${runner}-armed/${index}.test.ts`, `// memspec\n${text}`);
      write(`${runner}-many/${index}.test.ts`, manyTests(`import { describe, expect, test } from "${module}";`, index));
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
  const told = (config) => config.replace("test: {", 'test: { reporters: ["default", "./heap-reporter.mjs"],');
  write("plain-many.vitest.mjs", told(vitest("", "vitest-many").replace(/^import.*$/m, "")));
  write("observed-many.vitest.mjs", told(vitest("memspec()", "vitest-many")));
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
  const reporters = (...more) =>
    `reporters: ["default", ${more.map((name) => `"${name}", `).join("")}"<rootDir>/heap-reporter.mjs"],`;
  write("plain-many.jest.cjs", jest(`testEnvironment: "node", ${reporters()}`, "jest-many"));
  write("observed-many.jest.cjs", jest(`preset: "@memspec/jest", ${reporters("@memspec/jest/reporter")}`, "jest-many"));
  installPackages(project);
}
