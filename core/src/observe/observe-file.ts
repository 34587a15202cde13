/**
 * Observation of one test file in the worker that runs it. What happens between its marks is V8's and the addon's business:
 * nothing is collected, nothing waits, and no figure has what memspec does itself.
 */

import { isMainThread, threadId } from "node:worker_threads";
import { withAddonErrors } from "../capture/addon-errors.js";
import { armTracker } from "../capture/arm.js";
import { loadAddon } from "../capture/load-addon.js";
import { describeNative } from "../capture/native-tracker.js";
import { type ObserveBinding, SPAN_KINDS } from "../capture/observe-binding.js";
import { contextHere, sourceLinesHere, type ToSourceLine } from "../measure/analyse-here.js";
import type { Attempt } from "./attempts.js";
import { onFailedCheck } from "./failed-checks.js";
import { createFailedTests, type FailedTests } from "./failed-tests.js";
import { type FileCapture, type FileRecording, type RecordedFile, recordFile } from "./file-capture.js";
import { filePayload, type TestPlace } from "./file-payload.js";
import type { HardCapPlan } from "./hard-cap.js";
import type { BreachRecord, FilePayload } from "./payload.js";

export interface ObservePlan {
  /** Bytes between two samples of stacks; 0: none. */
  readonly sampleInterval: number;
  /** File that tells what the worker does, see `prepareStateFile`; "": none. */
  readonly stateFile: string;
  /** `null`: none. */
  readonly hardCap: HardCapPlan | null;
  /** The test file, for the line that a hard cap prints. */
  readonly file: string;
  /** Folder for heap snapshots of tests whose memory assertions fail; `null`: none are taken. */
  readonly snapshots: string | null;
  /** Where everything that the file allocates is recorded; `null`: nowhere. */
  readonly capture: FileCapture | null;
}

/** A test as the runner's side knows it. */
export interface ObservedTest {
  readonly key: string;
  /** Names of the blocks around it and its own, outermost first. */
  readonly name: readonly string[];
  /** Others may run between two of its steps. */
  readonly interleaves: boolean;
  /** Runs after the first one that were asked for. */
  readonly repeat: number;
}

/** A body that was begun. */
export type BodyHandle = Attempt;

export interface FileObserver {
  /** Before the first hook or test: what was loaded so far are the modules. */
  modulesLoaded(): void;
  /** A test begins, its hooks included: for whoever finds the worker dead. */
  testStarts(test: ObservedTest): void;
  bodyStarts(test: ObservedTest): BodyHandle;
  /** The body ended, by whatever way. Called again, it does nothing. */
  bodyEnded(body: BodyHandle): void;
  /** The test is over, with all its hooks: a body that still runs is the test's no more. */
  testOver(body: BodyHandle | undefined): void;
  /** Limits that a test broke. */
  breached(test: string, breaches: readonly BreachRecord[]): void;
  /** Where a test is defined, asked when the file ends. */
  placed(place: (toSourceLine: ToSourceLine) => TestPlace): void;
  /** After the last hook. The observer is of no more use. */
  finish(): FilePayload;
}

/**
 * Begins to observe, with the span of the modules. One file at a time in an isolate: the observation of a file that was not
 * finished is dropped.
 *
 * @returns an observer that knows of no figures where there is no addon
 */
export function observeFile(plan: ObservePlan): FileObserver {
  const { binding, reason } = loadAddon();
  const began = Date.now();
  const tag = `${process.pid}-${threadId}-${began}`;
  const recording = plan.capture === null ? null : recordFile(plan.capture);
  if (binding === null) return createObserver(null, reason, began, createFailedTests(null, "", tag), recording);
  armTracker();
  const { native } = describeNative(binding.capabilities(), OBSERVED);
  const { sampleInterval, stateFile, file } = plan;
  const hardCap = plan.hardCap === null ? null : { ...plan.hardCap, ownsProcess: isMainThread, file };
  withAddonErrors(() => binding.observeBegin({ sampleInterval, stateFile, hardCap }));
  observing = binding;
  const take = plan.snapshots === null ? null : (path: string): boolean => binding.observeSnapshot(path);
  const failed = createFailedTests(take, plan.snapshots ?? "", tag);
  return createObserver(binding, native.available ? null : native.reason, began, failed, recording);
}

/** Of the observation that runs in this isolate. */
let observing: ObserveBinding | undefined;

/**
 * A body is about to be measured for a limit. Where it is observed, the collection before the measurement, and the reading
 * after it, are not the body's.
 */
export function noteLimitedBody(): void {
  observing?.observeLimitedBody();
}

const OBSERVED = { sampleInterval: 1, threads: "isolate", retained: false, settle: false } as const;

function createObserver(
  binding: ObserveBinding | null,
  nativeMissing: string | null,
  began: number,
  failed: FailedTests,
  recording: FileRecording | null,
): FileObserver {
  const attempts: Attempt[] = [];
  /** The repeat at which each test began last; they only go up. */
  const repeats = new Map<string, number>();
  const breaches = new Map<string, readonly BreachRecord[]>();
  const placings: ((toSourceLine: ToSourceLine) => TestPlace)[] = [];
  let bodies = 0;
  let running: Attempt | undefined;
  let shared = 0;
  let late = 0;
  const mark = (kind: keyof typeof SPAN_KINDS): void => binding?.observeMark(SPAN_KINDS[kind]);
  // Of tests that run beside others it is not known whose it is.
  onFailedCheck((sites) => {
    if (running !== undefined && shared === 0) failed.failed(running.test, sites);
  });
  const between = (): void => mark(shared > 0 ? "shared" : "hooks");
  return {
    modulesLoaded: () => mark("hooks"),
    testStarts(test) {
      binding?.observeTest(test.name.join("\u0000"));
    },
    bodyStarts(test) {
      const alone = !test.interleaves && shared === 0;
      const attempt: Attempt = {
        test: test.key,
        repeat: test.repeat,
        body: alone ? bodies : null,
        timedOut: false,
        over: false,
      };
      if (isRetry(test)) {
        breaches.delete(test.key);
        failed.forget(test.key);
      }
      attempts.push(attempt);
      repeats.set(test.key, test.repeat);
      if (alone) {
        bodies += 1;
        running = attempt;
        mark("body");
      } else {
        shared += 1;
        if (shared === 1) mark("shared");
      }
      return attempt;
    },
    bodyEnded(body) {
      if (body.body === null) leaveShared(body);
      else if (body === running) {
        between();
        running = undefined;
      } else if (body.timedOut) late += 1;
    },
    testOver(body) {
      binding?.observeTest("");
      if (body === undefined) return;
      if (body.body === null) leaveShared(body);
      else if (body === running) {
        between();
        running = undefined;
        body.timedOut = true;
      }
    },
    breached: (test, broken) => breaches.set(test, [...(breaches.get(test) ?? []), ...broken]),
    placed: (place) => placings.push(place),
    finish() {
      observing = undefined;
      const toSourceLine = sourceLinesHere();
      const places = placings.map((place) => () => place(toSourceLine));
      onFailedCheck(undefined);
      const raw = binding === null ? null : withAddonErrors(() => binding.observeEnd());
      // What follows is memspec's own.
      const recorded = recording?.finish();
      const payload = filePayload(
        raw,
        { attempts, breaches, failed: failed.byTest, places, late, began, nativeMissing, pid: process.pid, threadId },
        contextHere(),
      );
      return recorded === undefined ? payload : withCapture(payload, recorded);
    },
  };

  /** A retry begins anew; of repeats each counts. */
  function isRetry(test: ObservedTest): boolean {
    return (repeats.get(test.key) ?? -1) >= test.repeat;
  }

  function leaveShared(body: Attempt): void {
    if (body.over) return;
    body.over = true;
    shared -= 1;
    if (shared === 0) mark("hooks");
  }
}

function withCapture(payload: FilePayload, { capture, note }: RecordedFile): FilePayload {
  return {
    ...payload,
    ...(capture === undefined ? {} : { capture }),
    notes: note === undefined ? payload.notes : [...payload.notes, note],
  };
}
