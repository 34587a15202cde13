/** Every option once: what validation, the merging of configuration and calls, and docs/options.md go by. */

import type { BaselineOptions } from "../baselines/options.js";
import type { CommonOptions } from "../capture/options.js";
import type { LeakGateOptions } from "../gate/options.js";
import type { LeakDefaults } from "../leaks/types.js";
import type { CaptureMode } from "../observe/file-capture.js";
import type { HardCap } from "../observe/hard-cap.js";
import type { ObserveOptions } from "../observe/options.js";
import type { ReportOptions } from "./report-options.js";
import type { LimitsTable } from "./types.js";

/** Options of the configuration of both plugins. */
export interface MemspecOptions extends CommonOptions, LeakGateOptions {
  /** Options of all leak checks: of `toNotLeak`, `noLeaks` and limits on what is leaked. */
  readonly toNotLeak?: LeakDefaults;
  /** Limits on the bodies of tests, by glob; `default` limits what no matching glob limits. */
  readonly limits?: LimitsTable;
  /** The bodies of all tests are compared with what they used when it was recorded. Default `false`. */
  readonly baseline?: boolean | BaselineOptions;
  /** What every test and file costs is observed. Default `true`. */
  readonly observe?: boolean | ObserveOptions;
  /** A capture file for each test file: of those that fail, or of all. Default `false`. */
  readonly capture?: CaptureMode | false;
  /** Memory at which a worker is stopped, before it takes the machine. Default `false`. */
  readonly hardCap?: HardCap | false;
  /** What is said at the end of an observed run, and where; `false`: nothing. */
  readonly report?: boolean | ReportOptions;
}

/**
 * Where an option may stand: in the configuration, in a call of a sizing matcher, in a call of a matcher that looks for
 * survivors, in a limit on a body.
 */
export type OptionPlace = "configuration" | "sizing" | "survivors" | "limit";

export interface OptionRow {
  readonly name: keyof MemspecOptions;
  readonly type: string;
  readonly default: string;
  readonly places: readonly OptionPlace[];
  readonly meaning: string;
}

export const OPTION_TABLE: readonly OptionRow[] = [
  {
    name: "space",
    type: '"heap", "buffers", "native", or a list of them',
    default: "all three",
    places: ["configuration", "sizing", "limit"],
    meaning:
      "Which spaces count. Naming `native` where it cannot be counted is an error; the default goes without it and says so.",
  },
  {
    name: "warmup",
    type: "whole number",
    default: "0; `toAllocateNothing`: 100, `toMatchMemoryBaseline`: 3",
    places: ["configuration", "sizing", "survivors"],
    meaning: "Calls that are made before the first one that counts.",
  },
  {
    name: "runs",
    type: "whole number from 1",
    default: "1; `toMatchMemoryBaseline`: 3",
    places: ["configuration", "sizing"],
    meaning:
      "Calls that count: the run with the median figure is asserted, the spread is shown. Of an even number, the higher of the two in the middle.",
  },
  {
    name: "stacks",
    type: '"sampled", "exact" or "none"',
    default: '"sampled"',
    places: ["configuration", "sizing"],
    meaning:
      "How stacks are taken: sampled by bytes (nearly free, estimates), every allocation (slow, exact), or not at all. Figures are exact in each case.",
  },
  {
    name: "sampleInterval",
    type: "size",
    default: "1/500 of the limit, from 512 B to 512 KiB",
    places: ["configuration", "sizing"],
    meaning: 'Bytes between two stack samples. Only with stacks: "sampled".',
  },
  {
    name: "ignore",
    type: "string or RegExp, or a list of them",
    default: "nothing",
    places: ["configuration", "sizing"],
    meaning:
      "Memory of matching stacks does not count: a string is a function's whole name or a part of a file's path, a RegExp is tried on both. Takes stacks: \"exact\"; needs the addon; peaks are then unknown.",
  },
  {
    name: "threads",
    type: '"isolate" or "process"',
    default: '"isolate"',
    places: ["configuration", "sizing"],
    meaning:
      "Whose native memory and buffers count: this isolate's, or those of every thread of the process. The heap is always this isolate's.",
  },
  {
    name: "verbose",
    type: "true or false",
    default: "false",
    places: ["configuration", "sizing", "survivors"],
    meaning: "The long message: all places, every frame.",
  },
  {
    name: "toNotLeak",
    type: "options of a leak check",
    default: "those of [toNotLeak](matchers/toNotLeak.md)",
    places: ["configuration"],
    meaning: "Options of all leak checks, without `setup` and `teardown`; what a call says wins.",
  },
  {
    name: "limits",
    type: "globs to limits, and `default`",
    default: "no limits",
    places: ["configuration"],
    meaning: "Limits on the bodies of tests, see [limits](limits.md).",
  },
  {
    name: "baseline",
    type: "true, false, or { tolerance }",
    default: "false",
    places: ["configuration"],
    meaning:
      "Whether the body of every test is compared with its committed baseline, see [baselines](baselines.md). `tolerance`, `{ relative, absolute }`: how far a figure may lie off, the larger of the two; 0.2 and 512 kB. It counts for `toMatchMemoryBaseline`, too, where it says something.",
  },
  {
    name: "leaks",
    type: 'false, "test", "file", or globs to these, and `default`',
    default: "false",
    places: ["configuration"],
    meaning: "Where leaks are looked for without a line of test code, see [the leak gate](leak-gate.md).",
  },
  {
    name: "failOnLeak",
    type: "true or false",
    default: "true",
    places: ["configuration"],
    meaning: "Whether a leak that `leaks` finds fails its test or file; `false`: it is told alone.",
  },
  {
    name: "ignoreLeaks",
    type: "{ files, type or function or file, reason }, or a list of them",
    default: "nothing",
    places: ["configuration"],
    meaning: "Leaks that `leaks` finds and that are none to you, with the reason; `files`: globs, in which test files.",
  },
  {
    name: "knownLeaks",
    type: "{ signature, reason, until }, or a list of them",
    default: "none",
    places: ["configuration"],
    meaning:
      'Leaks that are known, by the signature that the report shows. `until`, "YYYY-MM-DD": the last day, in UTC, on which one does not count.',
  },
  {
    name: "observe",
    type: "true, false, or { sampleInterval }",
    default: "true; every 512 KiB",
    places: ["configuration"],
    meaning:
      "Whether every test and file is observed, see [observation](observation.md). `sampleInterval`: bytes between two samples of stacks, a size; 0 for no sites.",
  },
  {
    name: "hardCap",
    type: "size, { total, rss }, or false",
    default: "false",
    places: ["configuration"],
    meaning:
      "Memory at which a worker is stopped, before it takes the machine, see [observation](observation.md#a-hard-cap). A size is `total`: heap, buffers and native memory of a worker; `rss` is its process's resident memory. Not with `observe: false`.",
  },
  {
    name: "capture",
    type: 'false, "on-failure" or "all"',
    default: "false",
    places: ["configuration"],
    meaning:
      "Whether everything that a test file allocates is recorded to a capture, which is kept where the file fails, or always; see [captures](captures.md#captures-of-test-files). Each test file needs a process of its own at a time: not in Vitest's `threads` and `vmThreads`, nor with Jest's `workerThreads`. Not with `observe: false`.",
  },
  {
    name: "report",
    type: "true, false, or { terminal, json, html, junit, github, artifacts }",
    default: '{ terminal: "short", json: ".memspec/report.json", github: "auto", artifacts: true }',
    places: ["configuration"],
    meaning: "What is said at the end of an observed run, and the files that are written, see [reports](reports.md).",
  },
];

/** Names of the options that may stand there. */
export function optionsOf(place: OptionPlace): readonly (keyof MemspecOptions)[] {
  return OPTION_TABLE.filter((row) => row.places.includes(place)).map((row) => row.name);
}
