/** What surrounds a test holds no leak of its own; a path leads through it only where there is no other. */
export const RUNNERS: readonly string[] = [
  "/node_modules/vitest/",
  "/node_modules/@vitest/",
  "/node_modules/vite/",
  "/node_modules/tinypool/",
  "/node_modules/@jest/",
  "/node_modules/jest-",
  "/node_modules/jest/",
  "/node_modules/@memspec/",
];
