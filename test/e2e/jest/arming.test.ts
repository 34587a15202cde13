/** The tracker is there when a test measures, however it comes to, and is not loaded before. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failureOf, failures, firstPlace } from "./failures.js";
import { installJest, type JestRun, jestProject, runJest, TRANSFORMS } from "./run-jest.js";

const installation = installJest();
const WORK = "src/work.ts";
const LINE =
  readFileSync(path.join(import.meta.dirname, "fixtures/arming", WORK), "utf8")
    .split("\n")
    .findIndex((line) => line.includes("rows.push(")) + 1;

afterAll(() => installation.remove());

describe("in one worker process", () => {
  let run: JestRun;

  beforeAll(async () => {
    const project = jestProject(installation, "arming", {
      preset: "@memspec/jest",
      // Where tests are observed, the tracker is there from the start.
      testEnvironmentOptions: { memory: { observe: false } },
      transform: TRANSFORMS.swc,
      testSequencer: "<rootDir>/in-order.cjs",
    });
    run = await runJest(installation, project, { args: ["--runInBand"] });
  });

  test("a file that measures nothing does not load the tracker, but where V8 keeps code from file to file", () => {
    expect(failures(run.text)).toEqual({ "./b.test.ts": ["measured"], "./c.test.ts": ["measured"] });
  });

  test.each(["b", "c"])("what an earlier file ran has its lines in a later one (%s)", (name) => {
    const place = firstPlace(failureOf(run.text, `./${name}.test.ts`, "measured"));
    expect(place).toEqual({ space: "heap", name: "build", file: WORK, line: LINE, isFunction: false });
  });
});
