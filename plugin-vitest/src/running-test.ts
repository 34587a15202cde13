/** What Vitest has of the test that runs, the same in Vitest 4 and 5. */

import type { RunningTest } from "@memspec/core/adapter";
import type { TestTask } from "./tasks.js";

type Hook = (context: unknown) => unknown;

/** What the body of a test adds to its task: `onTestFinished`, `onTestFailed`, and `expect()` of promises and polls. */
interface Additions {
  readonly onFinished?: Hook[];
  readonly onFailed?: Hook[];
}

/**
 * @param currentTask the test that runs; `undefined`: none does
 */
export function createRunningTest(currentTask: () => TestTask | undefined): RunningTest {
  return {
    holders() {
      const task = currentTask();
      // The timer of the test's time limit has the context, too, and with it all fixtures.
      return [...(task === undefined ? [] : [task, task.context]), ...mocksToCome()];
    },
    callStarts() {
      const task = currentTask();
      const { onFinished, onFailed } = (task ?? {}) as Additions;
      const [finished, failed] = [onFinished?.length ?? 0, onFailed?.length ?? 0];
      return () => (task === undefined ? undefined : callEnds(task, finished, failed));
    },
  };
}

/** What `vi.doMock` was told, until the next import. */
function mocksToCome(): readonly object[] {
  const { __vitest_mocker__: mocker } = globalThis as { readonly __vitest_mocker__?: object };
  const { pendingIds } = (mocker?.constructor ?? {}) as { readonly pendingIds?: unknown };
  return Array.isArray(pendingIds) ? [pendingIds] : [];
}

/** Runs the hooks that the call added, as Vitest does: the last one first, one after the other. */
function callEnds(task: TestTask, finished: number, failed: number): Promise<void> | undefined {
  const { onFinished, onFailed } = task as Additions;
  onFailed?.splice(failed);
  const hooks = onFinished?.splice(finished) ?? [];
  return hooks.length === 0 ? undefined : runBackwards(hooks, task.context);
}

async function runBackwards(hooks: readonly Hook[], context: unknown): Promise<void> {
  for (const hook of hooks.toReversed()) await hook(context);
}
