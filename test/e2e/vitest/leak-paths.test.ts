/** Names on the way to what leaks, where Node's own keep alive what the program should have let go. */

import { expect, test } from "vitest";
import { runVitest } from "./run-vitest.js";

test("what process keeps is kept by process, and not by the worker's entry point", async () => {
  const run = await runVitest({
    files: {
      "a.test.ts": `
import { findLeaks } from "@memspec/core";
import { expect, test } from "vitest";
process.setMaxListeners(0);
test("path", async () => {
  const { verdict, groups } = await findLeaks(() => {
    const seen = { some: "object" };
    process.on("never", function onNever() { return seen; });
  });
  expect(verdict).toBe("leak");
  const { path } = groups.find(({ type }) => type === "closure onNever");
  expect(path.root).not.toBe("global handle");
  expect(path.steps.map(({ edge, name }) => [edge, name])).toEqual([
    [expect.stringMatching(/property|variable/), "process"],
    ["listener", "never"],
  ]);
});
`,
    },
  });
  expect(run.tests.get("a.test.ts > path")).toEqual({ state: "passed", errors: [] });
});
