import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const modules = path.join(import.meta.dirname, "../../../node_modules");

/** What `tsc` says of a project; "" when all is well. */
async function complaints(compiler: string, project: string): Promise<string> {
  const config = path.join(import.meta.dirname, project, "tsconfig.json");
  try {
    const { stdout } = await run(process.execPath, [path.join(modules, compiler, "bin/tsc"), "-p", config]);
    return stdout;
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

for (const [version, compiler] of [
  ["5.9", "typescript-5.9"],
  ["7", "typescript"],
] as const) {
  for (const project of ["globals", "ambient"]) {
    test(`the types of @memspec/jest compile without skipLibCheck with TypeScript ${version} (${project})`, async () => {
      expect(await complaints(compiler, project)).toBe("");
    });
  }
}
