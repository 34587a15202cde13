/** A project that keeps baselines, for either runner, and what is asked of it. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { machineKey } from "../../../core/src/baselines/machine.js";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import { normalise } from "./normalise.js";
import type { Project, ProjectFiles } from "./project.js";
import { nodeUnderTest, runProgram } from "./run-program.js";

const { platform, arch } = process;
const node = execFileSync(nodeUnderTest(), ["-p", "process.versions.node"], { encoding: "utf8" });

/** What entries of the runs are recorded under. */
export const MACHINE = machineKey({ platform, arch, versions: { node } });

/** What every run of it is told by. */
export interface BaselineRun {
  readonly exitCode: number | null;
  /** Standard output and error, normalised. */
  readonly output: string;
  readonly memory: RunReport;
}

export interface BaselineProject {
  readonly project: Project;
  write(files: ProjectFiles): void;
  /** The text of a file; `null`: it is not there. */
  read(file: string): string | null;
  run(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<BaselineRun>;
}

/** @param command program and arguments that each run begins with */
export function baselineProject(
  project: Project,
  installationRoot: string,
  command: readonly string[],
): BaselineProject {
  const read = (file: string): string | null => {
    const place = path.join(project.root, file);
    return existsSync(place) ? readFileSync(place, "utf8") : null;
  };
  return {
    project,
    write: (files) => project.write(files),
    read,
    async run(args = [], env = {}) {
      const { exitCode, stdout, stderr } = await runProgram([...command, ...args], { cwd: project.root, env });
      const output = normalise(`${stdout}${stderr}`, { projectRoot: project.root, installationRoot });
      const report = read(".memspec/report.json");
      if (report === null) throw new Error(`no report was written\n${output}`);
      return { exitCode, output, memory: JSON.parse(report) as RunReport };
    },
  };
}

/** Bytes of buffers that are recorded of a call on this machine. */
export function recordedBuffers(
  text: string | null,
  test: string,
  call: string,
  machine = MACHINE,
): number | undefined {
  const { tests } = JSON.parse(text ?? '{ "tests": {} }') as {
    tests: Record<string, Record<string, Record<string, { allocated: { buffers: number } }>>>;
  };
  return tests[test]?.[call]?.[machine]?.allocated.buffers;
}

/** "baseline allocated buffers 4000000/2000000", one for each breach of each test. */
export function breachesOf({ memory }: BaselineRun): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    memory.files
      .flatMap(({ tests }) => tests)
      .filter(({ breaches }) => breaches.length > 0)
      .map(({ name, breaches }) => [
        name.join(" > "),
        breaches.map(
          ({ figure, of, space, spaces, actualBytes, limitBytes, source }) =>
            `${figure}${of === undefined ? "" : ` ${of}`} ${space}${spaces === undefined ? "" : ` of ${spaces.join("+")}`} ${actualBytes}/${limitBytes} ${source}`,
        ),
      ]),
  );
}
