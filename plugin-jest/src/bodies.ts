/** Puts what is declared for a test around its body, before the first test of the file starts. */

import type { DeclaredLimit, MemspecOptions } from "@memspec/core/adapter";
import { MemspecError, runWithLimits } from "@memspec/core/adapter";
import type { DescribeBlock, TestEntry, TestFunction } from "./circus.js";
import { testsUnder } from "./circus.js";
import { judged } from "./done.js";
import type { Session } from "./session.js";

/**
 * Replaces the bodies under `root` for which there is something to do; all other tests run as if memspec were not there.
 * The body itself is measured, from its first to its last instruction: neither hooks nor the runner's own work between
 * its events count.
 */
export function dressBodies(
  root: DescribeBlock,
  session: Session,
  declared: readonly DeclaredLimit[],
  options: MemspecOptions,
): void {
  for (const test of testsUnder(root)) {
    if (test.fn === undefined || test.mode === "todo") continue;
    if (declared.length > 0) test.fn = limited(test.fn, session, declared, options);
    if (test.concurrent) test.fn = inItsContext(test, test.fn, session);
  }
}

function limited(
  body: TestFunction,
  session: Session,
  declared: readonly DeclaredLimit[],
  options: MemspecOptions,
): TestFunction {
  if (isGeneratorFunction(body)) return refuseGenerator;
  return judged(body, (run) => runWithLimits(session, declared, run, options));
}

function inItsContext(test: TestEntry, body: TestFunction, session: Session): TestFunction {
  return judged(body, (run) => session.runConcurrent(test, run));
}

/** Of whatever realm: the sandbox has generator functions of its own. */
function isGeneratorFunction(body: TestFunction): boolean {
  return Object.prototype.toString.call(body) === "[object GeneratorFunction]";
}

function refuseGenerator(): never {
  throw new MemspecError(
    "MEMSPEC_INVALID_LIMIT",
    "A limit cannot be put on a test whose body is a generator function.",
    {
      hint: "Write the body as an async function.",
    },
  );
}
