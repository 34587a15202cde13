/** What is done in the worker before each test file. */

import path from "node:path";
import {
  armTracker,
  armTrackerOnUse,
  createMatchers,
  createPending,
  limitsFor,
  mayMeasure,
  parseBaseline,
  provideSourceMaps,
} from "@memspec/core/adapter";
import { aroundAll, expect, inject, TestRunner } from "vitest";
import "./assertion-types.js";
import type { FileBaselines } from "./baselines.js";
import { createBracket } from "./bodies.js";
import { bracketBodies, type Collector } from "./collectors.js";
import { createLeakGate } from "./leak-gate.js";
import { observe } from "./observation.js";
import "./provided.js";
import { session } from "./session.js";
import { vitestSourceMap } from "./source-maps.js";

/** A test file begins: its matchers, limits and observation, before its first module is loaded. */
export function beginTestFile(): void {
  const collector = TestRunner.getCurrentSuite();
  const { file } = collector;
  const provided = inject("memspec") as ReturnType<typeof inject<"memspec">> | undefined;
  /** A file's name is its path relative to the root of its project. */
  const rootOfFile = file.filepath.endsWith(file.name) ? file.filepath.slice(0, -file.name.length) : process.cwd();
  session.beginFile(file, provided?.options ?? {}, provided?.root ?? path.resolve(rootOfFile));

  provideSourceMaps(vitestSourceMap);

  // Before any code of the tests: only memory that is allocated from now on is known when it is freed, and only code that is
  // compiled from now on has lines. Where files share a process (in vm pools, too), V8 compiles once for all of them.
  const alone = provided?.isolate === true;
  const limited =
    parseBaseline(session.options.baseline, "memspec").bodies ||
    limitsFor(session.options.limits, session.root, file.filepath).length > 0;
  const gate = createLeakGate(file, session);
  if (!alone || limited || gate !== null || provided?.observe || mayMeasure(file.filepath)) armTracker();
  else armTrackerOnUse();

  const pending = createPending(session);
  expect.extend(createMatchers(session, session.options, pending) as unknown as Parameters<typeof expect.extend>[0]);
  const bracket = createBracket(session, pending);
  bracketBodies(collector as unknown as Collector, bracket);
  // Last: what comes from here on is the file's own.
  const finishBaselines = (): ReturnType<FileBaselines["finish"]> => session.fileBaselines?.finish();
  const observation = provided && observe(file, provided, gate, finishBaselines);
  bracket.observe(observation, gate);
  if (observation === undefined) {
    aroundAll(async (runSuite) => {
      await runSuite();
      finishBaselines();
    }, 0);
  }
}
