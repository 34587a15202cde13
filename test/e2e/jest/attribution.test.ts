import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Project } from "../harness/project.js";
import { failureOf, failures, firstPlace } from "./failures.js";
import { installJest, type JestRun, jestProject, MODES, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();
const FIXTURE = path.join(import.meta.dirname, "fixtures/attribution");
const WORK = "src/work.ts";
let project: Project;

beforeAll(() => {
  project = jestProject(installation, "attribution", {
    projects: [
      {
        displayName: "babel",
        preset: "@memspec/jest",
        transform: TRANSFORMS.babel,
        testMatch: ["**/attribution.test.ts"],
      },
      { displayName: "swc", preset: "@memspec/jest", transform: TRANSFORMS.swc },
    ],
  });
});

afterAll(() => installation.remove());

/** 1-based line of the only line of the source that holds `text`. */
function lineOf(file: string, text: string): number {
  const lines = readFileSync(path.join(FIXTURE, file), "utf8").split("\n");
  const found = lines.flatMap((line, index) => (line.includes(text) ? [index + 1] : []));
  if (found.length !== 1) throw new Error(`${file} has "${text}" ${found.length} times`);
  return found[0] as number;
}

describe.each(MODES)("%s", (_, flag) => {
  let run: JestRun;

  beforeAll(async () => {
    run = await runJest(installation, project, { args: [flag] });
  });

  describe.each(["babel", "swc"])("with %s, the first place", (transform) => {
    const place = (title: string) => firstPlace(failureOf(run.text, `${transform} ./attribution.test.ts`, title));

    test.each([
      ["buffers", "buffers", "makeBuffers", "Buffer.alloc("],
      ["native", "native", "compress", "deflateSync("],
      ["heap, in a function's first call", "heap", "makeRows", "rows.push("],
    ])("of %s is the source's file, function and line", (title, space, name, text) => {
      expect(place(title)).toEqual({ space, name, file: WORK, line: lineOf(WORK, text), isFunction: false });
    });

    test("of the heap in a loop that V8 optimises is the source's file and function, and its line or the function's", () => {
      const found = place("heap");
      expect(found).toMatchObject({ space: "heap", name: "makePoints", file: WORK });
      expect(found.line).toBe(lineOf(WORK, found.isFunction ? "function makePoints" : "made.push({ x"));
    });
  });

  test("with SWC, a decorated method's place is the source's", () => {
    const block = failureOf(run.text, "swc ./decorators.test.ts", "a decorated method breaks its limit");
    const line = lineOf(WORK, "Buffer.alloc(");
    expect(firstPlace(block)).toEqual({ space: "buffers", name: "makeBuffers", file: WORK, line, isFunction: false });
    expect(block).toContain(
      `from large  decorators.test.ts:${lineOf("decorators.test.ts", "makeBuffers(this.count)")}:`,
    );
  });

  test("every message is whole", async () => {
    const all = ["buffers", "heap", "native", "heap, in a function's first call"];
    expect(failures(run.text)).toEqual({
      "babel ./attribution.test.ts": all,
      "swc ./attribution.test.ts": all,
      "swc ./decorators.test.ts": ["a decorated method breaks its limit"],
    });
    expect(run.exitCode).toBe(1);
    await expect(run.output).toMatchFileSnapshot("snapshots/attribution.txt");
  });
});
