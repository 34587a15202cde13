/** Every command of `memspec`, in the order of its help. A new one is a file of its own and a line here. */

import type { Command } from "commander";
import { addCompare } from "./compare.js";
import { addMerge } from "./merge.js";
import { addReport } from "./report.js";
import { addTransform } from "./transform.js";

/** Registers one command on the program; `done` takes its exit code. */
export type AddCommand = (program: Command, done: (code: number) => void) => void;

export const COMMANDS: readonly AddCommand[] = [addReport, addMerge, addCompare, addTransform];
