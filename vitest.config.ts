import { availableParallelism } from "node:os";
import { delimiter } from "node:path";
import { defineConfig } from "vitest/config";

/** One suite: a folder, or part of one. */
interface Suite {
  readonly name: string;
  readonly folder: string;
  readonly exclude?: readonly string[];
  /** Ample: a machine may be busy. No test says anything about time. */
  readonly timeoutMs: number;
}

const suites: readonly Suite[] = [
  { name: "native", folder: "test/native", timeoutMs: 120_000 },
  { name: "core", folder: "test/core", timeoutMs: 120_000 },
  { name: "leaks", folder: "test/leaks", timeoutMs: 120_000 },
  { name: "types", folder: "test/types", timeoutMs: 120_000 },
  { name: "architecture", folder: "test/architecture", timeoutMs: 120_000 },
  { name: "tooling", folder: "test/matrix", timeoutMs: 120_000 },
  { name: "cli", folder: "test/cli", timeoutMs: 120_000 },
  { name: "pages", folder: "test/e2e/pages", timeoutMs: 120_000 },
  { name: "e2e-vitest", folder: "test/e2e", exclude: ["test/e2e/{jest,pages}/**"], timeoutMs: 300_000 },
  { name: "e2e-jest", folder: "test/e2e/jest", timeoutMs: 300_000 },
];

/** Globs of files that this run leaves out: `test/matrix/legs.mjs`. */
const leftOut = (process.env["MEMSPEC_TESTS_LEFT_OUT"] ?? "").split(delimiter).filter((glob) => glob !== "");

export default defineConfig({
  test: {
    globalSetup: ["test/matrix/global-setup.ts"],
    // Vitest leaves a processor free by itself; on a machine of two, files would run one after the other.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: suites.map(({ name, folder, exclude = [], timeoutMs }) => ({
      test: {
        name,
        include: [`${folder}/**/*.test.ts`],
        exclude: ["**/fixtures/**", ...exclude, ...leftOut],
        testTimeout: timeoutMs,
        hookTimeout: 300_000,
        setupFiles: ["test/matrix/own-source-maps.ts"],
        // The tracker is one per process: each file gets a process of its own.
        pool: "forks" as const,
      },
    })),
  },
});
