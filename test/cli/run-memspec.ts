/** The built command, in a folder of its own. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RunReport } from "../../core/src/runs/run-report.js";
import { type ProgramRun, runProgram } from "../e2e/harness/run-program.js";

export const COMMAND: string = path.join(import.meta.dirname, "../../cli/dist/cjs/memspec.js");

export interface Workplace {
  readonly folder: string;
  write(name: string, report: RunReport | string): void;
  memspec(...args: readonly string[]): Promise<ProgramRun>;
  remove(): void;
}

export function makeWorkplace(): Workplace {
  const folder = mkdtempSync(path.join(tmpdir(), "memspec-cli-"));
  return {
    folder,
    write(name, report) {
      writeFileSync(path.join(folder, name), typeof report === "string" ? report : JSON.stringify(report));
    },
    memspec: (...args) => runProgram([COMMAND, ...args], { cwd: folder }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
