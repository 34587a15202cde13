/** Every command of `memspec`, in the order of its help. A new one is a file of its own and a line here. */

import type { Command } from "commander";
import { addCompare } from "./compare.js";
import { addDiff } from "./diff.js";
import { addFlamegraph } from "./flamegraph.js";
import { addLeaks } from "./leaks.js";
import { addMerge } from "./merge.js";
import { addParse } from "./parse.js";
import { addReport } from "./report.js";
import { addRun } from "./run.js";
import { addStats } from "./stats.js";
import { addSummary } from "./summary.js";
import { addTable } from "./table.js";
import { addTimeline } from "./timeline.js";
import { addTransform } from "./transform.js";
import { addTree } from "./tree.js";

/** Registers one command on the program; `done` takes its exit code. */
export type AddCommand = (program: Command, done: (code: number) => void) => void;

interface CommandGroup {
  readonly title: string;
  readonly commands: readonly AddCommand[];
}

export const COMMANDS: readonly CommandGroup[] = [
  {
    title: "Captures of programs",
    commands: [
      addRun,
      addFlamegraph,
      addTable,
      addSummary,
      addTree,
      addStats,
      addTimeline,
      addDiff,
      addParse,
      addTransform,
    ],
  },
  { title: "Heap snapshots", commands: [addLeaks] },
  { title: "Reports of test runs", commands: [addReport, addCompare] },
  { title: "Captures and reports", commands: [addMerge] },
];
