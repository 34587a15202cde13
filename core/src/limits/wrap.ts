/** `limitMemory`: limits on a test's body as a wrapper and as a decorator. */

import { armTracker } from "../capture/arm.js";
import { MemspecError } from "../errors/memspec-error.js";
import { showValue } from "../errors/show-value.js";
import { type CallSite, captureCallSite } from "./call-site.js";
import { callsDone, withDone } from "./done-callback.js";
import type { MemoryLimit } from "./limits.js";
import { parseLimit } from "./parse-limit.js";
import { placed } from "./place-error.js";
import type { LimitOptions } from "./plans.js";
import { runBody } from "./run.js";
import type { AnyBody, LimitsHost, ParsedLimit, TestBody } from "./types.js";

const SOURCE = "limitMemory()";

/** Decorates a method: as TC39 has it (value and context) and as TypeScript's `experimentalDecorators` has it. */
export interface LimitDecorator {
  <Body extends AnyBody>(body: Body, context: ClassMethodDecoratorContext): Body;
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor;
}

export interface LimitMemory {
  /**
   * Wraps a test's body. It fails when a figure is strictly more than its limit; a size alone limits the peak.
   *
   * @throws MemspecError at once, when the limit or the body is wrong: see `parseLimit`; `MEMSPEC_NOT_A_FUNCTION`
   */
  <Body extends AnyBody>(limit: MemoryLimit, body: Body): Body;
  /** Decorates a method in the same way. */
  (limit: MemoryLimit): LimitDecorator;
}

/** What a wrapper limits, for a wrapper around it: one measurement then serves both. */
interface Limited {
  readonly limits: readonly ParsedLimit[];
  readonly body: TestBody;
}

const limitedBodies = new WeakMap<TestBody, Limited>();

/**
 * @param host asked when a body runs: at that time a test is known
 * @param options what the configuration says, asked for at the same time
 */
export function createLimitMemory(host: LimitsHost, options: () => LimitOptions = () => ({})): LimitMemory {
  function limitMemory(...args: [limit: MemoryLimit, body?: unknown]): TestBody | LimitDecorator {
    const site = captureCallSite(limitMemory);
    try {
      const limit = parseLimit({ limit: args[0], source: SOURCE });
      // The body is about to be compiled.
      armTracker();
      const wrap = (body: TestBody): TestBody => limitBody(limit, body, host, options, site);
      if (args.length < 2) return decorator(wrap);
      const body = args[1];
      if (typeof body === "function") return wrap(body as TestBody);
      throw notABody(body, "limitMemory(limit, body) takes the test's body");
    } catch (error) {
      throw placed(error, site);
    }
  }
  return limitMemory as LimitMemory;
}

/** A body under one more limit: with those that a wrapper further in already put on it, one measurement serves all. */
export function limitBody(
  limit: ParsedLimit,
  given: TestBody,
  host: LimitsHost,
  options: () => LimitOptions,
  site: () => CallSite,
): TestBody {
  const inner = limitedBodies.get(given);
  const body = inner?.body ?? given;
  const limits = [limit, ...(inner?.limits ?? [])];
  const run = (fn: TestBody, thisArg: unknown, args: readonly unknown[]): unknown =>
    runBody(host, limits, fn, thisArg, args, options(), site);
  function limited(this: unknown, ...args: unknown[]): unknown {
    return callsDone(body, args) ? withDone(body, this, args, run) : run(body, this, args);
  }
  limitedBodies.set(limited, { limits, body });
  return disguised(limited, body);
}

/**
 * Vitest reads a body's parameters from its text to know which fixtures it wants, Jest looks at `length` for a `done`
 * callback, and test frameworks built on methods look at the name.
 */
function disguised(limited: TestBody, body: TestBody): TestBody {
  return Object.defineProperties(limited, {
    name: { value: body.name, configurable: true },
    length: { value: body.length, configurable: true },
    toString: { value: () => String(body), configurable: true, writable: true },
  });
}

function decorator(wrap: (body: TestBody) => TestBody): LimitDecorator {
  const decorate = (...args: readonly unknown[]): unknown => {
    const [target, second, descriptor] = args;
    if (typeof second === "object" && second !== null && "kind" in second) {
      if (second.kind === "method" && typeof target === "function") return wrap(target as TestBody);
      throw notABody(target, `@limitMemory(limit) decorates methods, not a ${String(second.kind)}`);
    }
    if ((typeof second === "string" || typeof second === "symbol") && isMethod(descriptor)) {
      return { ...descriptor, value: wrap(descriptor.value) };
    }
    throw notABody(args.length > 2 ? descriptor : target, "@limitMemory(limit) decorates methods");
  };
  return decorate as LimitDecorator;
}

function isMethod(descriptor: unknown): descriptor is PropertyDescriptor & { value: TestBody } {
  return (
    typeof descriptor === "object" &&
    descriptor !== null &&
    typeof (descriptor as PropertyDescriptor).value === "function"
  );
}

function notABody(value: unknown, what: string): MemspecError {
  return new MemspecError("MEMSPEC_NOT_A_FUNCTION", `${what}; it was given ${showValue(value)}.`, {
    value,
    hint: 'Write test("name", limitMemory("50MB", () => { … })), or @limitMemory("50MB") above a method.',
  });
}
