import { defineConfig } from "vitest/config";

/** One project per folder under test/; see ARCHITECTURE.md. */
const project = (name: string, testTimeout: number) => ({
  test: {
    name,
    root: import.meta.dirname,
    include: [`test/${name}/**/*.test.ts`],
    exclude: ["**/fixtures/**"],
    testTimeout,
    hookTimeout: 120_000,
    // The tracker is one per process: each file gets a process of its own.
    pool: "forks" as const,
  },
});

export default defineConfig({
  test: {
    globalSetup: ["test/matrix/global-setup.ts"],
    projects: [
      project("native", 60_000),
      project("core", 20_000),
      project("types", 120_000),
      project("architecture", 20_000),
      project("e2e", 180_000),
    ],
  },
});
