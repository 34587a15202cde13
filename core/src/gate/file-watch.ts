/** The tests of a file as the batches of a leak check: what each leaves alive is told apart by when it was born. */

import { setTimeout as nodeSetTimeout } from "node:timers";
import { pathToFileURL } from "node:url";
import { memspecScripts } from "../analysis/memspec-roots.js";
import { withAddonErrors } from "../capture/addon-errors.js";
import { armTracker } from "../capture/arm.js";
import type { NativeBinding } from "../capture/binding.js";
import type { RawInterval } from "../capture/birth-binding.js";
import { loadAddon } from "../capture/load-addon.js";
import { askOwnHeap, pathsAvoid } from "../graph/own-heap.js";
import { RUNNERS } from "../graph/past-runner.js";
import { settleTasks } from "../leaks/calls.js";
import type { LeakGroup } from "../leaks/types.js";
import { sourcePlaceHere } from "../measure/analyse-here.js";
import type { LeaksRecord } from "../observe/payload.js";
import { isCacheOfDependency, LEAST_TESTS, recurs, type TestSpan } from "./file-rule.js";
import { leaksOfFile } from "./file-verdict.js";
import { dayOf } from "./known-leaks.js";
import type { FileGate } from "./options.js";
import { sortLeaks } from "./sort-out.js";

/** Marks of a file at most: each takes a collection. */
const MOST_SPANS = 12;
const MOST_GROUPS = 1000;

export interface WatchedFile {
  /** `null`: there is no verdict, and the notes say why. */
  readonly leaks: LeaksRecord | null;
  /** In sentences. */
  readonly notes: readonly string[];
}

export interface FileWatch {
  /** Its hooks may have run before. */
  testStarts(): void;
  /** After the last hook of a test, once for each `testStarts`. */
  testEnded(passed: boolean): void;
  /** After the last hook of the file. The watch is of no more use. */
  finish(): Promise<WatchedFile>;
  /** The file ends before its time. Called after `finish`, it does nothing. */
  abandon(): void;
}

/**
 * Watches a test file from before its first test on.
 *
 * @param expected tests that are to run: so many share a mark that there are few marks
 * @param tests what the runner keeps of the tests: Node's asynchronous contexts may lead to it, and to all its results
 */
export function watchFile(gate: FileGate, expected: number, tests: readonly object[]): FileWatch {
  const { binding, reason } = loadAddon();
  if (binding === null) return unwatched(reason);
  armTracker();
  withAddonErrors(() => binding.birthsBegin());
  return createWatch(binding, gate, Math.max(1, Math.ceil(expected / MOST_SPANS)), tests);
}

function unwatched(reason: string): FileWatch {
  return {
    testStarts: () => undefined,
    testEnded: () => undefined,
    finish: async () => ({ leaks: null, notes: [notJudged(reason)] }),
    abandon: () => undefined,
  };
}

function notJudged(why: string): string {
  return `Whether the file leaks is not known: ${why}.`;
}

function createWatch(
  binding: NativeBinding,
  gate: FileGate,
  testsInSpan: number,
  ofRunner: readonly object[],
): FileWatch {
  const spans: TestSpan[] = [];
  let open = true;
  let running = 0;
  let tests = 0;
  let passed = true;
  const mark = (): void => {
    withAddonErrors(() => binding.birthsMark());
    spans.push({ interval: spans.length, tests, passed });
    tests = 0;
    passed = true;
  };
  const end = (): void => {
    if (open) binding.birthsEnd();
    open = false;
  };
  return {
    testStarts() {
      running += 1;
    },
    testEnded(well) {
      running -= 1;
      tests += 1;
      passed &&= well;
      // Of tests that run at the same time none can be told from the others.
      if (open && running === 0 && tests >= testsInSpan) mark();
    },
    async finish() {
      if (!open) return { leaks: null, notes: [] };
      try {
        if (tests > 0) mark();
        const judged = spans.filter((span) => span.passed).length;
        if (judged < LEAST_TESTS) {
          return {
            leaks: null,
            notes: [notJudged(`of fewer than ${LEAST_TESTS} tests that passed nothing can be told`)],
          };
        }
        return judgeFile(binding, gate, spans, await settledRows(binding), ofRunner);
      } finally {
        end();
      }
    },
    abandon: end,
  };
}

const MOST_ROUNDS = 6;
const PAUSE_MS = 3;
const startTimer = nodeSetTimeout;

/** What a collection finds dead is finalized after it, which lets go of more: on, until no more of the survivors go. */
async function settledRows(binding: NativeBinding): Promise<readonly RawInterval[]> {
  let rows: readonly RawInterval[] = [];
  let before = Number.POSITIVE_INFINITY;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await settleTasks();
    rows = withAddonErrors(() => binding.birthsRead());
    const alive = rows.reduce(
      (sum, { heap, buffers, native }) => sum + heap.count + (buffers?.count ?? 0) + (native?.count ?? 0),
      0,
    );
    if (alive >= before) break;
    before = alive;
    await new Promise<void>((resolve) => {
      startTimer(resolve, PAUSE_MS);
    });
  }
  return rows;
}

function excuseFor(group: LeakGroup): string | null {
  return isCacheOfDependency(group) ? "a cache of a dependency: its filling cannot be told from a leak" : null;
}

function judgeFile(
  binding: NativeBinding,
  gate: FileGate,
  spans: readonly TestSpan[],
  rows: readonly RawInterval[],
  ofRunner: readonly object[],
): WatchedFile {
  const clean: LeaksRecord = { verdict: "clean", reason: null, groups: [], ignored: [] };
  const suspected = recurs(
    rows.map(({ heap }) => heap.count),
    spans,
  );
  if (!suspected) return { leaks: clean, notes: [] };
  const own = memspecScripts();
  // By its path, and by its URL, in which blanks are no blanks.
  const scripts = [gate.file, pathToFileURL(gate.file).pathname];
  const avoided = pathsAvoid(binding, own, ofRunner);
  const boundaries = [rows[0]?.firstObjectId ?? 0, ...rows.map(({ lastObjectId }) => lastObjectId)];
  const query = { ...avoided, avoid: [...avoided.avoid, ...scripts], boundaries, limit: MOST_GROUPS, members: 1 };
  const { answer, problem } = askOwnHeap(binding, (graph) => binding.graphGroups(graph, query));
  if (answer === null) return { leaks: null, notes: [notJudged(problem)] };
  const around = { file: scripts, runners: [...RUNNERS, ...own] };
  const nodeMajor = Number.parseInt(process.versions.node, 10);
  const groups = leaksOfFile({ spans, rows, heap: answer, around }, nodeMajor, sourcePlaceHere);
  const { groups: counted, ignored, notes } = sortLeaks(groups, gate, dayOf(Date.now()), excuseFor);
  if (counted.length === 0) {
    const reason = ignored.length === 0 ? null : "All that grows with the tests is ignored or known.";
    return { leaks: { ...clean, reason, ignored }, notes };
  }
  return {
    leaks: { verdict: "leak", reason: notes.length === 0 ? null : notes.join(" "), groups: counted, ignored },
    notes: [],
  };
}
