/** The promises that matchers handed out, per test: what finds a forgotten `await` and blames the right test. */

import { types } from "node:util";
import { relativePath } from "../assertions/frames.js";

import { MemspecError } from "../errors/memspec-error.js";
import { type CallSite, captureCallSite, correctedLines } from "../limits/call-site.js";
import { placeAt, placed } from "../limits/place-error.js";

import type { MatcherHost } from "./host.js";
import { MatcherPromise } from "./matcher-promise.js";
import type { BodyOutcome, PendingMatchers } from "./types.js";

interface PendingMatcher {
  readonly matcher: string;
  readonly site: () => CallSite;
  awaited: boolean;
  settled: boolean;
  /** What it was rejected with. */
  reason?: unknown;
}

/** What the matchers themselves need beside the adapter's `finish`. */
export interface PendingRegistry extends PendingMatchers {
  /**
   * Takes note of a matcher's promise.
   *
   * @param caller frames of it and what it called are left out of the call's place
   * @param hops see `MatcherPromise`
   * @returns what the matcher is to return; the same promise outside of a test
   */
  watch<T>(matcher: string, promise: Promise<T>, caller: (...args: never[]) => unknown, hops: number): Promise<T>;
  /** @throws MemspecError `MEMSPEC_NOT_AWAITED` while a matcher of the running test has not ended: both would count the same memory */
  assertNoneRunning(): void;
}

export function createPending(host: MatcherHost): PendingRegistry {
  const pendingByTest = new Map<string, PendingMatcher[]>();
  return {
    watch(matcher, promise, caller, hops) {
      const test = host.currentTest();
      if (test === undefined) return promise;
      const site = captureCallSite(caller);
      const pending: PendingMatcher = { matcher, site, awaited: false, settled: false };
      const ofTest = pendingByTest.get(test.id);
      if (ofTest === undefined) pendingByTest.set(test.id, [pending]);
      else ofTest.push(pending);
      promise.then(
        () => {
          pending.settled = true;
        },
        (reason: unknown) => {
          pending.settled = true;
          pending.reason = reason;
        },
      );
      const answer = promise.catch((reason: unknown) => {
        throw placed(reason, site);
      });
      return MatcherPromise.watch(answer, hops, {
        awaited() {
          pending.awaited = true;
        },
        refused(error) {
          if (types.isNativeError(error)) placeAt(error, site());
        },
      });
    },
    assertNoneRunning() {
      const test = host.currentTest();
      const ofTest = test === undefined ? undefined : pendingByTest.get(test.id);
      const running = ofTest?.find((pending) => !pending.settled);
      if (running !== undefined) throw stillRunning(running, host.root);
    },
    finish(testId: string, body: BodyOutcome) {
      const ofTest = pendingByTest.get(testId);
      // Asked of every test.
      if (ofTest === undefined) return [];
      pendingByTest.delete(testId);
      return ofTest
        .filter((pending) => !pending.awaited || (body === "passed" && !pending.settled))
        .map((pending) => notAwaited(pending, host.root));
    },
  };
}

function notAwaited(pending: PendingMatcher, root: string): MemspecError {
  const fact = pending.awaited
    ? `The test ended before ${pending.matcher}() did.`
    : `${pending.matcher}() returned a promise that was not awaited.`;
  return errorAt(pending, fact, root);
}

function stillRunning(pending: PendingMatcher, root: string): MemspecError {
  return errorAt(
    pending,
    `${pending.matcher}() is still measuring: a second measurement would count the same memory. Await one before the next.`,
    root,
  );
}

/** An error whose stack is that of the matcher's call, so that runners show the line to correct. */
function errorAt(pending: PendingMatcher, fact: string, root: string): MemspecError {
  const site = pending.site();
  const corrected = correctedLines(site, pending.matcher);
  const where = site.file === "" ? "" : ` (${relativePath(site.file, root)}:${site.line})`;
  const lines = corrected ?? [`await expect(…).${pending.matcher}(…)`];
  const hint = `Write${where}:\n\n${lines.map((line) => `    ${line}`).join("\n")}\n`;
  const error = new MemspecError("MEMSPEC_NOT_AWAITED", fact, { hint, cause: pending.reason });
  placeAt(error, site);
  return error;
}
