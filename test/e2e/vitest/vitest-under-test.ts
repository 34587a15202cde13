/** The Vitest that end-to-end and type tests run with. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { workspacePackage } from "../harness/installation.js";

export interface VitestUnderTest {
  readonly folder: string;
  readonly major: number;
}

/** `MEMSPEC_E2E_VITEST`, the folder of a `vitest` package, else the workspace's. */
export function vitestUnderTest(): VitestUnderTest {
  const folder = process.env["MEMSPEC_E2E_VITEST"] ?? workspacePackage("vitest");
  const { version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { version: string };
  return { folder, major: Number(version.split(".")[0]) };
}
