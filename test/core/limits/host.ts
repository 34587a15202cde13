/** A runner's adapter as simple as it can be. */

import type { CurrentTest, MatcherHost } from "../../../core/src/matchers/host.js";

export interface TestHost extends MatcherHost {
  /** What `currentTest()` gives. */
  test: CurrentTest | undefined;
}

export function testHost(runner: "vitest" | "jest" = "vitest"): TestHost {
  return {
    runner,
    root: process.cwd(),
    colour: false,
    test: { id: "1", fullName: "suite > a test", file: "/project/a.test.ts", concurrent: false },
    currentTest() {
      return this.test;
    },
  };
}

export const CONCURRENT: CurrentTest = {
  id: "2",
  fullName: "suite > at once",
  file: "/project/a.test.ts",
  concurrent: true,
};
