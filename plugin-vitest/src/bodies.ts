/** What happens around the body of each test: its limits are checked, and the matchers that nobody awaited are found. */

import {
  type DeclaredLimit,
  MemspecError,
  type PendingMatchers,
  runWithLimits,
  type TestBody,
} from "@memspec/core/adapter";
import { type TestContext, TestRunner } from "vitest";
import type { Bracket } from "./collectors.js";
import { type DeclaredLimits, declaredLimits } from "./declared-limits.js";
import type { Session } from "./session.js";
import { interleaves, type TestTask } from "./tasks.js";

export function createBracket(session: Session, pending: PendingMatchers): Bracket {
  const limits = new WeakMap<TestTask, DeclaredLimits>();
  let toldUnattributable = false;

  /** The limits that can be checked on this test. Those of the table go without the tests that they cannot be checked on. */
  function applicable(task: TestTask): readonly DeclaredLimit[] {
    const { explicit, table } = limits.get(task) ?? declaredLimits(task, session);
    if (!interleaves(task) || table.length === 0) return [...explicit, ...table];
    if (!toldUnattributable) {
      toldUnattributable = true;
      console.warn(
        `memspec: concurrent tests share one heap, so the limits of the configuration are not checked on them, here and in the rest of ${task.file.name}.`,
      );
    }
    return explicit;
  }

  async function run(task: TestTask, body: () => unknown): Promise<unknown> {
    const { id } = session.attempt(task);
    const declared = applicable(task);
    let result: unknown;
    try {
      result = await session.within(task, () =>
        declared.length === 0 ? body() : runWithLimits(session, declared, body, session.options),
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
      const dressed: TestBody = function (this: unknown, ...args: unknown[]) {
        const context = args[0] as TestContext;
        const task = context.task as TestTask;
        const { id } = session.attempt(task);
        // For what hooks after the body forget, and for a body that timed out and is still running.
        context.onTestFinished(() => raise(pending.finish(id, task.result?.state === "fail" ? "failed" : "passed")));
        return run(task, () => body.apply(this, args));
      };
      // Vitest reads from the source of a body which fixtures it wants, or finds it on properties of its own.
      Object.setPrototypeOf(dressed, body);
      return Object.defineProperty(dressed, "toString", { value: () => body.toString() });
    },
    collected(task, dressed) {
      const declared = declaredLimits(task, session);
      limits.set(task, declared);
      if (!dressed && declared.explicit.length + declared.table.length > 0) {
        TestRunner.setTestFn(task, () => Promise.reject(outOfReach(task)));
      }
    },
  };
}

/** Vitest takes a list for several errors of one test. */
function raise(errors: readonly Error[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw errors;
}

function outOfReach(task: TestTask): MemspecError {
  return new MemspecError("MEMSPEC_INVALID_LIMIT", `The limit on "${task.fullTestName}" cannot be checked: its body is out of reach.`, {
    hint: 'Define it with the test() of "vitest", not with the one that describe() hands to its callback.',
  });
}
