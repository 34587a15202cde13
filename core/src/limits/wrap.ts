/** `limitMemory`, `limitLeaks`, `noLeaks`: limits on a test's body as a wrapper and as a decorator. */

import { armTracker } from "../capture/arm.js";
import { MemspecError } from "../errors/memspec-error.js";
import { showValue } from "../errors/show-value.js";
import type { LeakAllowance, LeakOptions } from "../leaks/types.js";
import type { Size } from "../sizes/size.js";
import { type CallSite, captureCallSite } from "./call-site.js";
import { callsDone, withDone } from "./done-callback.js";
import type { MemoryLimit } from "./limits.js";
import { parseLeakLimit, parseLimit } from "./parse-limit.js";
import { placed } from "./place-error.js";
import type { LimitOptions } from "./plans.js";
import { runBody } from "./run.js";
import type { AnyBody, LimitsHost, ParsedLimit, TestBody } from "./types.js";

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

export interface LimitLeaks {
  /**
   * Wraps a test's body: it is called again and again, and fails when each call leaves more behind than `limit` allows.
   *
   * @throws MemspecError at once, when the limit, an option or the body is wrong: see `planLeakCheck`; `MEMSPEC_NOT_A_FUNCTION`
   */
  <Body extends AnyBody>(limit: Size | LeakAllowance, body: Body, options?: LeakLimitOptions): Body;
  /** Decorates a method in the same way. */
  (limit: Size | LeakAllowance, options?: LeakLimitOptions): LimitDecorator;
}

export interface NoLeaks {
  /** Wraps a test's body: it is called again and again, and fails when anything grows with the calls. */
  <Body extends AnyBody>(body: Body, options?: LeakLimitOptions): Body;
  /** Decorates a method in the same way. */
  (options?: LeakLimitOptions): LimitDecorator;
}

/** Options of a leak check; what may stay is the limit. */
export type LeakLimitOptions = Omit<LeakOptions, "allow">;

/** All that wraps bodies. */
export interface Limits {
  readonly limitMemory: LimitMemory;
  readonly limitLeaks: LimitLeaks;
  readonly noLeaks: NoLeaks;
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
export function createLimits(host: LimitsHost, options: () => LimitOptions = () => ({})): Limits {
  const declare = (name: string, parse: (source: string) => ParsedLimit, rest: readonly unknown[], caller: AnyCall) => {
    const site = captureCallSite(caller);
    try {
      const limit = parse(`${name}()`);
      // The body is about to be compiled.
      armTracker();
      const wrap = (body: TestBody): TestBody => limitBody(limit, body, host, options, site);
      if (rest.length === 0) return decorator(wrap, name);
      const body = rest[0];
      if (typeof body === "function") return wrap(body as TestBody);
      throw notABody(body, `${name}() takes the test's body`, name);
    } catch (error) {
      throw placed(error, site);
    }
  };
  function limitMemory(...args: [limit: MemoryLimit, body?: unknown]): TestBody | LimitDecorator {
    return declare("limitMemory", (source) => parseLimit({ limit: args[0], source }), args.slice(1), limitMemory);
  }
  function limitLeaks(...args: [limit: unknown, ...rest: unknown[]]): TestBody | LimitDecorator {
    const [body, given] = bodyAndOptions(args.slice(1));
    return declare("limitLeaks", (source) => parseLeakLimit(args[0], given, source), body, limitLeaks);
  }
  function noLeaks(...args: unknown[]): TestBody | LimitDecorator {
    const [body, given] = bodyAndOptions(args);
    return declare("noLeaks", (source) => parseLeakLimit(0, given, source), body, noLeaks);
  }
  return { limitMemory, limitLeaks, noLeaks } as Limits;
}

type AnyCall = (...args: never[]) => unknown;

/** What was given is a body and options, options alone (of a decorator), or nothing. */
function bodyAndOptions(given: readonly unknown[]): [body: readonly unknown[], options: unknown] {
  const [first, second] = given;
  if (typeof first === "function" || given.length > 1) return [[first], second];
  return [[], first];
}

/** A body without the limits that wrappers put on it, and whether one of them is on leaks. */
export function bareBody(given: TestBody): { readonly body: TestBody; readonly limitsLeaks: boolean } {
  const inner = limitedBodies.get(given);
  return {
    body: inner?.body ?? given,
    limitsLeaks: inner?.limits.some(({ leaks }) => leaks !== null) === true,
  };
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

function decorator(wrap: (body: TestBody) => TestBody, name: string): LimitDecorator {
  const decorate = (...args: readonly unknown[]): unknown => {
    const [target, second, descriptor] = args;
    if (typeof second === "object" && second !== null && "kind" in second) {
      if (second.kind === "method" && typeof target === "function") return wrap(target as TestBody);
      throw notABody(target, `@${name}() decorates methods, not a ${String(second.kind)}`, name);
    }
    if ((typeof second === "string" || typeof second === "symbol") && isMethod(descriptor)) {
      return { ...descriptor, value: wrap(descriptor.value) };
    }
    throw notABody(args.length > 2 ? descriptor : target, `@${name}() decorates methods`, name);
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

const USES: Readonly<Record<string, string>> = {
  limitMemory: 'Write test("name", limitMemory("50MB", () => { … })), or @limitMemory("50MB") above a method.',
  limitLeaks: 'Write test("name", limitLeaks("100 B", () => { … })), or @limitLeaks("100 B") above a method.',
  noLeaks: 'Write test("name", noLeaks(() => { … })), or @noLeaks() above a method.',
};

function notABody(value: unknown, what: string, name: string): MemspecError {
  return new MemspecError("MEMSPEC_NOT_A_FUNCTION", `${what}; it was given ${showValue(value)}.`, {
    value,
    hint: USES[name] ?? "",
  });
}
