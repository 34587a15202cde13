/** Runs Jest on a project with options of memspec, and reads memspec's report of the run. */

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { RunReport } from "../../../core/src/runs/run-report.js";
import type { Installation } from "../harness/installation.js";
import { makeProject, type ProjectFiles } from "../harness/project.js";
import { type JestRun, runJest } from "./run-jest.js";

export interface GatedRun extends JestRun {
  readonly memory: RunReport | null;
}

export async function gated(
  installation: Installation,
  files: ProjectFiles,
  memory: object,
  args: readonly string[],
  config: object = {},
): Promise<GatedRun> {
  const project = makeProject(installation.root, {
    "package.json": '{ "name": "project", "private": true }\n',
    ...files,
    "jest.config.json": JSON.stringify({
      preset: "@memspec/jest",
      transform: {},
      testEnvironmentOptions: { memory },
      ...config,
    }),
  });
  const run = await runJest(installation, project, { args });
  const file = path.join(project.root, ".memspec/report.json");
  return { ...run, memory: existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RunReport) : null };
}
