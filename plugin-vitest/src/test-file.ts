/** What is done in the worker before each test file. */

import { existsSync } from "node:fs";
import path from "node:path";
import type { MemspecOptions } from "@memspec/core/adapter";
import { armTracker, armTrackerOnUse, baselinePath, mayMeasure, provideSourceMaps } from "@memspec/core/worker";
import { aroundAll, expect, inject, TestRunner } from "vitest";
import "./assertion-types.js";
import { type FileBaselines, openBaselines, projectOf } from "./baselines.js";
import { createBracket } from "./bodies.js";
import { bracketBodies, type Collector } from "./collectors.js";
import { limitsOfFile } from "./declared-limits.js";
import { createLeakGate } from "./leak-gate.js";
import { createFileMatchers } from "./matchers.js";
import { observe } from "./observation.js";
import "./provided.js";
import { session } from "./session.js";
import { vitestSourceMap } from "./source-maps.js";
import { loadsOnUse, loadWholeCore } from "./whole-core.js";

/** A test file begins: its matchers, limits and observation, before its first module is loaded. */
export async function beginTestFile(): Promise<void> {
  const collector = TestRunner.getCurrentSuite();
  const { file } = collector;
  const provided = inject("memspec") as ReturnType<typeof inject<"memspec">> | undefined;
  /** A file's name is its path relative to the root of its project. */
  const rootOfFile = file.filepath.endsWith(file.name) ? file.filepath.slice(0, -file.name.length) : process.cwd();
  session.beginFile(file, provided?.options ?? {}, provided?.root ?? path.resolve(rootOfFile), openBaselines);

  provideSourceMaps(vitestSourceMap);

  const alone = provided?.isolate === true;
  const measures = mayMeasure(file.filepath);
  const judged = judgesAll(session.options);
  const whole =
    measures || judged || !alone || !loadsOnUse() || existsSync(baselinePath(file.filepath, projectOf(file)));
  if (whole) await loadWholeCore();

  // Before any code of the tests: only memory that is allocated from now on is known when it is freed, and only code that is
  // compiled from now on has lines. Where files share a process (in vm pools, too), V8 compiles once for all of them.
  const limited = judged && limitsOfFile(file.filepath, session).length > 0;
  const gate = judged && provided ? createLeakGate(file, session, provided.between) : null;
  if (!alone || limited || gate !== null || provided?.observe || measures) armTracker();
  else armTrackerOnUse();

  const fileMatchers = createFileMatchers(session);
  if (whole) {
    fileMatchers.make();
    session.openBaselines();
  }
  expect.extend(fileMatchers.matchers as unknown as Parameters<typeof expect.extend>[0]);
  const bracket = createBracket(session, fileMatchers);
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

/** Whether the configuration has tests judged that say nothing of it themselves. */
function judgesAll({ limits, baseline, leaks }: MemspecOptions): boolean {
  return [limits, baseline, leaks].some((option) => option !== undefined && option !== false);
}
