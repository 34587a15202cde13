import { performance } from "node:perf_hooks";
import { clearTimeout as nodeClearTimeout, setTimeout as nodeSetTimeout } from "node:timers";
import { MemspecError } from "../errors/memspec-error.js";
import type { Batch, BatchTable } from "./births.js";
import { type Caller, callTimes, settleTasks } from "./calls.js";
import type { LeakGauge } from "./gauge.js";
import type { LeakPlan } from "./types.js";

/** Kept from before anybody could put fake ones in their place. */
const now = performance.now.bind(performance);
const startTimer = nodeSetTimeout;
const stopTimer = nodeClearTimeout;

const PAUSE_MS = 3;

/** One check of one function: makes its calls and the boundaries between them, and stops when it must. */
export class LeakSession {
  readonly plan: LeakPlan;
  readonly gauge: LeakGauge;
  readonly #fn: () => unknown;
  readonly #began = now();
  readonly #caller: Caller;
  /** Milliseconds in calls, and calls. In place: a boxed number would be a new object with every batch. */
  readonly #inCalls = new Float64Array(2);
  #boundaries = 0;
  #stopped: MemspecError | null = null;
  readonly #whenStopped: Promise<never>;
  #rejectStopped: (error: MemspecError) => void = () => undefined;

  constructor(fn: () => unknown, plan: LeakPlan, gauge: LeakGauge) {
    this.#fn = fn;
    this.plan = plan;
    this.gauge = gauge;
    this.#whenStopped = new Promise((_, reject) => {
      this.#rejectStopped = reject;
    });
    // Nobody may be waiting for it.
    this.#whenStopped.catch(() => undefined);
    this.#caller = { call: gauge.call, check: () => this.#check() };
  }

  elapsedMs(): number {
    return now() - this.#began;
  }

  /** Of the calls in batches so far, without what is done between them. */
  msPerCall(): number {
    const [ms = 0, calls = 0] = this.#inCalls;
    return calls === 0 ? 0 : ms / calls;
  }

  /** Ends the check: at once for who waits for it, between two calls for what it does. */
  stop(error: MemspecError): void {
    this.#stopped ??= error;
    this.#rejectStopped(this.#stopped);
  }

  /** `work`, or the error with which the check was stopped before it ended. */
  orStopped<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#whenStopped]);
  }

  #check(): void {
    if (this.#stopped !== null) throw this.#stopped;
  }

  /** Calls until `most` are made or the time is up, at least `least`. Nothing is read. */
  async callUncounted(least: number, most: number, budgetMs: number): Promise<{ calls: number; msPerCall: number }> {
    await this.plan.setup?.();
    const began = now();
    let calls = 0;
    while (calls < most && (calls < least || now() - began < budgetMs)) {
      await callTimes(this.#fn, 1, this.#caller);
      calls += 1;
    }
    const msPerCall = calls === 0 ? 0 : (now() - began) / calls;
    await this.plan.teardown?.();
    return { calls, msPerCall };
  }

  /** From here on calls can be made and, from the first boundary on, births be told apart; what was read before is forgotten. */
  begin(traces: boolean): void {
    this.gauge.end();
    this.gauge.begin(traces);
    this.#boundaries = 0;
  }

  /** As `begin`, though what has an id keeps it. */
  startOver(): void {
    this.gauge.startOver();
    this.#boundaries = 0;
  }

  /** Lets real time go by: tasks that V8 and libuv's threads still have to hand over get their turn. */
  async pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      startTimer(resolve, PAUSE_MS);
    });
  }

  async boundary(lastResort: boolean): Promise<void> {
    await settleTasks();
    // A check that was stopped no longer owns the gauge.
    this.#check();
    this.gauge.boundary(lastResort);
    this.#boundaries += 1;
  }

  /** Batches of one size, from the last boundary on. */
  async batches(count: number, calls: number): Promise<readonly Batch[]> {
    // Made before the calls: what memspec itself left behind with every batch would look like a leak.
    const batches = this.#planBatches(count, calls);
    for (let done = 0; done < count; done += 1) await this.#batch(calls);
    return batches;
  }

  #planBatches(count: number, calls: number): readonly Batch[] {
    const beforeCalls = this.plan.setup === null ? 0 : 1;
    const intervals = 1 + beforeCalls + (this.plan.teardown === null ? 0 : 1);
    return Array.from({ length: count }, (_, index) => {
      const from = this.#boundaries - 1 + index * intervals;
      return { calls, interval: from + beforeCalls, from, to: from + intervals };
    });
  }

  async #batch(calls: number): Promise<void> {
    const { setup, teardown } = this.plan;
    if (setup !== null) {
      await setup();
      await this.boundary(false);
    }
    const began = now();
    await callTimes(this.#fn, calls, this.#caller);
    this.#inCalls[0] = (this.#inCalls[0] ?? 0) + now() - began;
    this.#inCalls[1] = (this.#inCalls[1] ?? 0) + calls;
    if (teardown !== null) {
      await this.boundary(false);
      await teardown();
    }
    await this.boundary(false);
  }

  table(batches: readonly Batch[]): BatchTable {
    return { readings: this.gauge.read(), batches };
  }
}

/**
 * Runs `work`, but no longer than the session's timeout: then the session is stopped, and what a pending call still does is
 * nobody's any more.
 *
 * @throws MemspecError `MEMSPEC_LEAK_TIMEOUT`
 */
export async function withDeadline<T>(session: LeakSession, work: () => Promise<T>): Promise<T> {
  const { timeoutMs } = session.plan;
  const timer = startTimer(() => {
    session.stop(
      new MemspecError(
        "MEMSPEC_LEAK_TIMEOUT",
        `The leak check did not end within ${timeoutMs} ms: a call did not settle, or the calls took too long.`,
        { value: timeoutMs, hint: 'Raise "timeout", lower "runs" and "warmup", or let a call do less.' },
      ),
    );
  }, timeoutMs);
  try {
    return await session.orStopped(work());
  } finally {
    stopTimer(timer);
  }
}
