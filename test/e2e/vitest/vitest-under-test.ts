/** The Vitest that end-to-end and type tests run with. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { workspacePackage } from "../harness/installation.js";

export interface VitestUnderTest {
  readonly folder: string;
  readonly major: number;
  readonly version: string;
}

/** `MEMSPEC_E2E_VITEST`, the folder of a `vitest` package, else the workspace's. */
export function vitestUnderTest(): VitestUnderTest {
  const folder = process.env["MEMSPEC_E2E_VITEST"] ?? workspacePackage("vitest");
  const version = versionIn(folder);
  return { folder, major: Number(version.split(".")[0]), version };
}

/** Whether the workspace has this coverage provider for that Vitest: Vitest warns of other patches, and fails with other minors. */
export function hasCoverage(provider: string): boolean {
  const minorOf = (version: string): string => version.split(".", 2).join(".");
  return minorOf(versionIn(workspacePackage(`@vitest/coverage-${provider}`))) === minorOf(vitestUnderTest().version);
}

function versionIn(folder: string): string {
  const { version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { version: string };
  return version;
}
