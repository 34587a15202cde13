/** Without the native tracker: what can be measured still is, and what cannot is said. */

import { expect, test } from "vitest";
import { withoutSizes, withoutSurroundings } from "../harness/normalise.js";
import { errorsOf, messagesOf, runVitest, statesOf } from "./run-vitest.js";

test("heap and buffers work, native memory says that it is unavailable, and nothing crashes", async () => {
  const run = await runVitest({
    env: { MEMSPEC_ADDON: "off" },
    files: {
      "fallback.test.ts": `
import { limitMemory } from "@memspec/vitest";
import { expect, test } from "vitest";
const kept: unknown[] = [];
const keep = (bytes: number) => { kept.push(Buffer.alloc(bytes)); };
class Session {}

test("below", () => { expect(() => keep(5_000_000)).toAllocateLessThan("10MB"); });
test("above", () => { expect(() => keep(5_000_000)).toAllocateLessThan("1MB"); });
test("native, named", () => { expect(() => keep(5_000_000)).toAllocateLessThan("10MB", { space: "native" }); });
test("retained", async () => { await expect(() => keep(5_000_000)).not.toRetainLessThan("1MB"); });
test("collected", async () => { await expect(() => new Session()).toBeCollected(); });
test("instances", async () => { await expect(() => { kept.push(new Session()); }).toRetainInstances({ Session: 0 }); });
test("forgotten", () => { expect(() => {}).toRetainLessThan("1MB"); });
test("limit", limitMemory("1MB", () => keep(5_000_000)));
test("limit, below", limitMemory("10MB", () => keep(5_000_000)));
`,
    },
  });
  expect(run.unhandled).toEqual([]);
  expect(statesOf(run)).toMatchSnapshot();
  expect(errorsOf(run, "fallback.test.ts > above").join("\n").split("\n")[0]).toMatchSnapshot();
  expect(withoutSizes(withoutSurroundings(messagesOf(run)))).toMatchSnapshot();
});
