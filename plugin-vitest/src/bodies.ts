/** What happens around the body of each test: its limits are checked, and the matchers that nobody awaited are found. */

import { performance } from "node:perf_hooks";
import type { BodyHandle, CallSite, ParsedLimit, PendingMatchers, TestBody } from "@memspec/core/adapter";
import {
  abandonSpans,
  armTracker,
  breachesOf,
  callSiteOf,
  captureCallSite,
  captureStack,
  isMemspecError,
  lineOfSite,
  MemspecError,
  placeAt,
  userSiteAbove,
} from "@memspec/core/worker";
import type { TestContext } from "vitest";
import type { Bracket } from "./collectors.js";
import { explicitLimits, limitsOfFile } from "./declared-limits.js";
import { afterAllElse, mayHaveFixtures } from "./each-hooks.js";
import type { LeakGate, PassedCall } from "./leak-gate.js";
import type { Observation } from "./observation.js";
import { attemptId, type Session } from "./session.js";
import { interleaves, type TestTask } from "./tasks.js";
import { wholeCore } from "./whole-core.js";

/** A hook that waits for nothing needs no timer. */
const NO_TIMEOUT = 0;

/** What is known of a limited test since it was collected. */
interface Limited {
  readonly limits: readonly ParsedLimit[];
  /** Where the test is defined. */
  readonly site: () => CallSite;
}

/** One attempt of a test. */
interface OpenedBody {
  /** Of the observed body; `undefined` before it begins. */
  handle: BodyHandle | undefined;
  /** What is to be judged when the test is over; `undefined`: nothing. */
  check?: () => Promise<void>;
}

export interface ObservingBracket extends Bracket {
  /** From now on bodies are observed, or not. */
  observe(observation: Observation | undefined, gate: LeakGate | null): void;
}

export function createBracket(session: Session, pending: PendingMatchers): ObservingBracket {
  let observation: Observation | undefined;
  let gate: LeakGate | null = null;
  const limited = new WeakMap<TestTask, Limited>();
  /** Where tests are defined, as far as they are judged one by one. */
  const sites = new WeakMap<TestTask, () => CallSite>();
  const told = new Set<string>();

  /** Limits of the table name no test: those that they cannot be checked on go without, and that is told once per file. */
  function goWithout(task: TestTask, why: string): void {
    if (told.has(why)) return;
    told.add(why);
    console.warn(
      `memspec: limits and baselines of the configuration are not checked on ${why}. The first in ${task.file.name} is "${task.fullTestName}".`,
    );
  }

  let tableFile: string | undefined;
  let table: readonly ParsedLimit[] = [];

  function applicable(task: TestTask, dressed: boolean): readonly ParsedLimit[] {
    const explicit = explicitLimits(task);
    if (task.file.filepath !== tableFile) {
      tableFile = task.file.filepath;
      table = limitsOfFile(tableFile, session);
    }
    if (explicit.length > 0 && !dressed) throw outOfReach(task);
    if (table.length === 0 || task.mode === "skip" || task.mode === "todo") return explicit;
    if (!dressed) goWithout(task, "tests defined with the function that describe() hands to its callback");
    else if (interleaves(task)) goWithout(task, "concurrent tests, which share one heap");
    else return [...explicit, ...table];
    return explicit;
  }

  /** A body that returns no promise is over with its call: then this waits for nothing either. */
  function run(
    task: TestTask,
    id: string,
    body: TestBody,
    thisArg: unknown,
    args: readonly unknown[],
    opened: OpenedBody,
  ): unknown {
    const of = limited.get(task);
    const began = gate?.mode === "test" ? performance.now() : 0;
    const passed = (result: unknown): unknown => {
      ended(opened);
      raise(pending.finish(id, "passed"));
      if (gate?.mode !== "test") return result;
      const tookMs = performance.now() - began;
      const context = args[0] as TestContext;
      const judgeIt = (isOver: boolean) => judged(task, body, thisArg, args, { tookMs, isOver });
      // Fixtures are gone with the test.
      if (mayHaveFixtures(context)) return judgeIt(false).then(() => result);
      opened.check = () => judgeIt(true);
      return result;
    };
    const failed = (error: unknown): never => {
      ended(opened);
      observation?.breached(task, breachesOf(error));
      // The test failed for a reason of its own; an await that this kept from being reached is no fault.
      pending.finish(id, "failed");
      throw error;
    };
    let result: unknown;
    try {
      result = session.within(task, () => {
        opened.handle = observation?.bodyStarts(task);
        return of === undefined
          ? Reflect.apply(body, thisArg, args)
          : wholeCore().runBody(session, of.limits, body, thisArg, args, session.options, of.site);
      });
    } catch (error) {
      return failed(error);
    }
    return isThenable(result) ? Promise.resolve(result).then(passed, failed) : passed(result);
  }

  /** A body that is not limited in leaks is judged by what the configuration says of all. */
  async function judged(
    task: TestTask,
    given: TestBody,
    thisArg: unknown,
    args: readonly unknown[],
    passed: PassedCall,
  ): Promise<void> {
    const { body, limitsLeaks } = wholeCore().bareBody(given);
    if (gate === null || limitsLeaks) return;
    if (limited.get(task)?.limits.some(({ leaks }) => leaks !== null) === true) return;
    try {
      await gate.judge(task, () => Reflect.apply(body, thisArg, args), passed, sites.get(task) ?? NOWHERE);
    } finally {
      // Of the repeated calls: the first one's are told already.
      pending.finish(attemptId(task), "failed");
    }
  }

  function ended({ handle }: OpenedBody): void {
    if (handle !== undefined) observation?.bodyEnded(handle);
  }

  return {
    observe(next, nextGate) {
      observation = next;
      gate = nextGate;
    },
    dress(body) {
      const dressed: TestBody = function (...args) {
        const context = args[0] as TestContext;
        const task = context.task as TestTask;
        const id = attemptId(task);
        const opened: OpenedBody = { handle: undefined };
        gate?.bodyStarts(task);
        // For what hooks after the body forget, and for a body that timed out and is still running.
        whenFinished(context, () => {
          if (opened.handle !== undefined) observation?.testOver(opened.handle);
          // Not at the body's end: those of `expect.soft` let it go on.
          observation?.breached(task, session.failedMatchers.take(id, task.result?.errors ?? []));
          abandonSpans(id);
          gate?.testOver(task);
          raise(pending.finish(id, task.result?.state === "fail" ? "failed" : "passed"));
        });
        if (gate?.mode === "test") afterAllElse(context, async () => opened.check?.());
        return run(task, id, body, this, args, opened);
      };
      return disguised(dressed, body);
    },
    collected(task, dressed, definer) {
      const limits = placed(
        () => callSiteOf(captureStack(definer)),
        () => applicable(task, dressed),
      );
      if (limits.length === 0 && gate?.mode !== "test") {
        // The one frame of it: a whole stack is two kilobytes, and each test has one.
        const at = observation === undefined ? undefined : userSiteAbove(definer);
        observation?.collected(task, (toSourceLine) => (at === undefined ? 0 : lineOfSite(at, toSourceLine)));
        return;
      }
      const site = captureCallSite(definer);
      observation?.collected(task, () => site().line);
      if (gate?.mode === "test") sites.set(task, site);
      if (limits.length === 0) return;
      armTracker();
      limited.set(task, { limits, site });
    },
  };
}

/**
 * Registers a hook. Vitest makes an error for each, to have its stack if the hook takes too long, which this one cannot:
 * a stack that nobody reads is not taken.
 */
function whenFinished(context: TestContext, hook: () => void): void {
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  context.onTestFinished(hook, NO_TIMEOUT);
  Error.stackTraceLimit = depth;
}

/** Vitest reads from the source of a body which fixtures it wants, or finds it on properties of its own. */
function disguised(dressed: TestBody, body: TestBody): TestBody {
  dressed.toString = () => String(body);
  // To make a function a prototype takes V8 a while, and few have properties.
  if (!isPlain(body)) Object.setPrototypeOf(dressed, body);
  return dressed;
}

const PLAIN: readonly unknown[] = [Function.prototype, Object.getPrototypeOf(async () => undefined)];

/** Whether it has nothing but what every function has. */
function isPlain(body: TestBody): boolean {
  return (
    PLAIN.includes(Object.getPrototypeOf(body)) &&
    Object.getOwnPropertySymbols(body).length === 0 &&
    Object.keys(body).length === 0
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { readonly then?: unknown }).then === "function"
  );
}

const NOWHERE = (): CallSite => ({ file: "", line: 0, stackLines: [] });

/** What is thrown points to where the test is defined, however deep in Vitest and here it was noticed. */
function placed<T>(site: () => CallSite, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (isMemspecError(error)) placeAt(error, site());
    throw error;
  }
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
