/** The published types, as a project sees them: compiled with `skipLibCheck: false`. The matrix runs this with Vitest 4.1 and 5. */

import { cpSync, mkdtempSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Installation, install, workspacePackage } from "../../e2e/harness/installation.js";
import { runProgram } from "../../e2e/harness/run-program.js";
import { vitestUnderTest } from "../../e2e/vitest/vitest-under-test.js";

let installation: Installation;

beforeAll(() => {
  installation = install({ vitest: vitestUnderTest().folder, "@types/node": workspacePackage("@types/node") });
});
afterAll(() => installation.remove());

/** What `tsc` says of the uses; "" when all is well. */
async function complaints(compiler: string): Promise<string> {
  const project = mkdtempSync(path.join(installation.root, "types-"));
  cpSync(path.join(import.meta.dirname, "uses"), project, { recursive: true });
  const tsc = path.join(workspacePackage(compiler), "bin/tsc");
  const run = await runProgram([tsc, "-p", project], { cwd: project, node: process.execPath });
  return run.stdout + run.stderr;
}

test.each([
  ["5.9", "typescript-5.9"],
  ["7", "typescript"],
])(
  "the types of @memspec/vitest compile without skipLibCheck with TypeScript %s, and wrong uses do not",
  async (_version, compiler) => {
    expect(await complaints(compiler)).toBe("");
  },
);
