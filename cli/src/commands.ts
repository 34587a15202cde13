/** Every command of `memspec`, in the order of its help. A new one is a file of its own and a line here. Each is loaded with its use. */

import type { Command } from "commander";

/** Registers one command on the program; `done` takes its exit code. */
export type AddCommand = (program: Command, done: (code: number) => void) => void;

interface NamedCommand {
  readonly name: string;
  readonly load: () => Promise<AddCommand>;
}

interface CommandGroup {
  readonly title: string;
  readonly commands: readonly NamedCommand[];
}

export const COMMANDS: readonly CommandGroup[] = [
  {
    title: "Captures of programs",
    commands: [
      { name: "run", load: async () => (await import("./run.js")).addRun },
      { name: "flamegraph", load: async () => (await import("./flamegraph.js")).addFlamegraph },
      { name: "table", load: async () => (await import("./table.js")).addTable },
      { name: "summary", load: async () => (await import("./summary.js")).addSummary },
      { name: "tree", load: async () => (await import("./tree.js")).addTree },
      { name: "stats", load: async () => (await import("./stats.js")).addStats },
      { name: "timeline", load: async () => (await import("./timeline.js")).addTimeline },
      { name: "diff", load: async () => (await import("./diff.js")).addDiff },
      { name: "parse", load: async () => (await import("./parse.js")).addParse },
      { name: "transform", load: async () => (await import("./transform.js")).addTransform },
    ],
  },
  {
    title: "Heap snapshots",
    commands: [{ name: "leaks", load: async () => (await import("./leaks.js")).addLeaks }],
  },
  {
    title: "Reports of test runs",
    commands: [
      { name: "report", load: async () => (await import("./report.js")).addReport },
      { name: "compare", load: async () => (await import("./compare.js")).addCompare },
    ],
  },
  {
    title: "Captures and reports",
    commands: [{ name: "merge", load: async () => (await import("./merge.js")).addMerge }],
  },
];
