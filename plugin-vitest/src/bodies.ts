/** What happens around the body of each test: its limits are checked, and the matchers that nobody awaited are found. */

import {
  type CallSite,
  captureCallSite,
  MemspecError,
  type ParsedLimit,
  type PendingMatchers,
  runBody,
  type TestBody,
} from "@memspec/core/adapter";
import { type TestContext, TestRunner } from "vitest";
import type { Bracket } from "./collectors.js";
import { declaredLimits } from "./declared-limits.js";
import type { Session } from "./session.js";
import { interleaves, type TestTask } from "./tasks.js";

/** What is known of a limited test since it was collected. */
interface Limited {
  readonly limits: readonly ParsedLimit[];
  /** Where the test is defined. */
  readonly site: () => CallSite;
}

export function createBracket(session: Session, pending: PendingMatchers): Bracket {
  const limited = new WeakMap<TestTask, Limited>();
  let toldUnattributable = false;

  /** Limits of the table name no test: those that they cannot be checked on go without, and that is told once. */
  function applicable(task: TestTask): readonly ParsedLimit[] {
    const { explicit, table } = declaredLimits(task, session);
    if (table.length === 0 || !interleaves(task)) return [...explicit, ...table];
    if (!toldUnattributable) {
      toldUnattributable = true;
      console.warn(
        `memspec: concurrent tests share one heap, so the limits of the configuration are not checked on them. The first in ${task.file.name} is "${task.fullTestName}".`,
      );
    }
    return explicit;
  }

  async function run(task: TestTask, body: TestBody, thisArg: unknown, args: readonly unknown[]): Promise<unknown> {
    const { id } = session.attempt(task);
    const of = limited.get(task);
    let result: unknown;
    try {
      result = await session.within(task, () =>
        of === undefined
          ? Reflect.apply(body, thisArg, args)
          : runBody(session, of.limits, body, thisArg, args, session.options, of.site),
      );
    } catch (error) {
      // The test failed for a reason of its own; an await that this kept from being reached is no fault.
      pending.finish(id, "failed");
      throw error;
    }
    raise(pending.finish(id, "passed"));
    return result;
  }

  return {
    dress(body) {
      const dressed = function (this: unknown, ...args: unknown[]): unknown {
        const context = args[0] as TestContext;
        const task = context.task as TestTask;
        const { id } = session.attempt(task);
        // For what hooks after the body forget, and for a body that timed out and is still running.
        context.onTestFinished(() => raise(pending.finish(id, task.result?.state === "fail" ? "failed" : "passed")));
        return run(task, body, this, args);
      };
      // Vitest reads from the source of a body which fixtures it wants, or finds it on properties of its own.
      Object.setPrototypeOf(dressed, body);
      return Object.defineProperty(dressed, "toString", { value: () => String(body) });
    },
    collected(task, dressed, define) {
      const limits = applicable(task);
      if (limits.length === 0) return;
      limited.set(task, { limits, site: captureCallSite(define) });
      if (!dressed) TestRunner.setTestFn(task, () => Promise.reject(outOfReach(task)));
    },
  };
}

/** Vitest takes a list for several errors of one test. */
function raise(errors: readonly Error[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw errors;
}

function outOfReach(task: TestTask): MemspecError {
  return new MemspecError(
    "MEMSPEC_INVALID_LIMIT",
    `The limit on "${task.fullTestName}" cannot be checked: its body is out of reach.`,
    { hint: 'Define it with the test() of "vitest", not with the one that describe() hands to its callback.' },
  );
}
