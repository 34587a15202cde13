/** Puts what is declared for a test around its body, before the first test of the file starts. */

import type { CallSite, MemspecOptions, ParsedLimit } from "@memspec/core/adapter";
import { bareBody, limitBody, MemspecError } from "@memspec/core/adapter";
import type { DescribeBlock, TestEntry, TestFunction } from "./circus.js";
import { isGeneratorFunction, testsUnder } from "./circus.js";
import type { DeclaredLimits } from "./declared.js";
import type { Session } from "./session.js";

/**
 * Replaces the bodies under `root` for which there is something to do; all other tests run as if memspec were not there.
 * The body itself is measured, from its first to its last instruction: neither hooks nor the runner's own work between
 * its events count.
 *
 * @returns the tests that the configuration's limits cannot be checked on, because they are concurrent
 */
export function dressBodies(
  root: DescribeBlock,
  session: Session,
  declared: DeclaredLimits,
  options: MemspecOptions,
  gate: GateBody,
): readonly TestEntry[] {
  const unchecked: TestEntry[] = [];
  for (const test of testsUnder(root)) {
    if (test.fn === undefined || test.mode === "todo") continue;
    if (test.concurrent && declared.table.length > 0) unchecked.push(test);
    // A docblock stands in the file itself: there, a concurrent test is a contradiction that its author can see.
    const limits = test.concurrent ? declared.docblock : [...declared.docblock, ...declared.table];
    const given = test.fn;
    if (limits.length > 0) test.fn = limited(given, limits, session, options);
    const { body: bare, limitsLeaks } = bareBody(test.fn);
    if (!limitsLeaks && !isGeneratorFunction(given)) test.fn = gate(test, test.fn, bare as TestFunction);
    if (test.concurrent) test.fn = inItsContext(test, test.fn, session);
  }
  return unchecked;
}

/**
 * Puts the leak gate around a body.
 *
 * @param body with its limits, none of them on leaks
 * @param bare without them
 */
export type GateBody = (test: TestEntry, body: TestFunction, bare: TestFunction) => TestFunction;

/** Where the limits are declared is no line of the test: the error gets the test's own stack when it is told. */
const NOWHERE: CallSite = { file: "", line: 0, stackLines: [] };

function limited(
  body: TestFunction,
  limits: readonly ParsedLimit[],
  session: Session,
  options: MemspecOptions,
): TestFunction {
  if (isGeneratorFunction(body)) return refuseGenerator;
  return limits.reduceRight<TestFunction>(
    (inner, limit) =>
      limitBody(
        limit,
        inner,
        session,
        () => options,
        () => NOWHERE,
      ) as TestFunction,
    body,
  );
}

function inItsContext(test: TestEntry, body: TestFunction, session: Session): TestFunction {
  const inContext: TestFunction = function (this: unknown, ...args: unknown[]): unknown {
    return session.runConcurrent(test, () => Reflect.apply(body, this, args));
  };
  // Jest passes `done` to a body that has a parameter.
  return Object.defineProperty(inContext, "length", { configurable: true, value: body.length });
}

function refuseGenerator(): never {
  throw new MemspecError(
    "MEMSPEC_INVALID_LIMIT",
    "A limit cannot be put on a test whose body is a generator function.",
    { hint: "Write the body as an async function." },
  );
}
