/** `toNotLeak`, `noLeaks`, `limitLeaks` and limits on what is leaked: verdicts and evidence in every pool. */

import { describe, expect, test, vi } from "vitest";
import { SESSIONS } from "../harness/sessions.js";
import { errorsOf, pools, runVitest, statesOf } from "./run-vitest.js";

vi.setConfig({ testTimeout: 240_000 });

const files = {
  "src/sessions.ts": SESSIONS,
  "leaks.test.ts": `
import { expect, test } from "vitest";
import { limitLeaks, limitMemory, noLeaks } from "@memspec/vitest";
import { openAndClose, openSession } from "./src/sessions.js";

test("clean", async () => { await expect(() => openAndClose()).toNotLeak(); });
test("leak", async () => { await expect(() => openSession()).toNotLeak(); });
test("not, of a leak", async () => { await expect(() => openSession()).not.toNotLeak(); });
test("not, of a clean one", async () => { await expect(() => openAndClose()).not.toNotLeak(); });
test("ignored", async () => { await expect(() => openSession()).toNotLeak({ ignore: { type: "Session", reason: "meant to stay" } }); });
test("allowed", async () => { await expect(() => openSession()).toNotLeak({ allow: "1 kB" }); });
test("its own error", async () => { await expect(() => { throw new RangeError("its own"); }).toNotLeak(); });
test("noLeaks, clean", noLeaks(() => openAndClose()));
test("noLeaks, leak", noLeaks(() => openSession()));
test("limitLeaks, enough", limitLeaks("1 kB", () => openSession()));
test("limitLeaks, too little", limitLeaks("1 B", () => openSession()));
test("limitMemory, leaked", limitMemory({ peak: "50MB", leaked: 0 }, () => openSession()));
test("a wrong option", async () => { await expect(() => {}).toNotLeak({ rnus: 3 } as never); });
`,
};

const STATES = [
  "clean: passed",
  "leak: failed",
  "not, of a leak: passed",
  "not, of a clean one: failed",
  "ignored: passed",
  "allowed: passed",
  "its own error: failed",
  "noLeaks, clean: passed",
  "noLeaks, leak: failed",
  "limitLeaks, enough: passed",
  "limitLeaks, too little: failed",
  "limitMemory, leaked: failed",
  "a wrong option: failed",
];

describe.each(pools)("in %s", (pool) => {
  test("every verdict is right, and a leak says what, where and why", async () => {
    const run = await runVitest({ files, pool });
    expect(run.unhandled).toEqual([]);
    expect(statesOf(run).map((line) => line.replace(/^.*> /u, ""))).toEqual(STATES);
    const [message = ""] = errorsOf(run, "leaks.test.ts > leak");
    expect(message).toContain("expect(fn).toNotLeak()");
    expect(message).toMatch(/● Session +src\/sessions\.ts/u);
    expect(message).toMatch(/grows +1 a call/u);
    expect(message).toMatch(/allocated +openSession +src\/sessions\.ts:7:/u);
    // The file's name alone says "sessions", too. Where every variable of a scope has a value, V8 tells their names.
    expect(message).toMatch(
      /alive by\s+module src\/sessions\.ts\S*\s+→ (?:variable sessions|a variable) \(Map\)\s+→ value \(Session\)/u,
    );
    expect(errorsOf(run, "leaks.test.ts > noLeaks, leak")[0]).toMatch(/noLeaks\(\).*Session/su);
    expect(errorsOf(run, "leaks.test.ts > limitMemory, leaked")[0]).toMatch(/limitMemory\(\).*Session/su);
    expect(errorsOf(run, "leaks.test.ts > not, of a clean one")[0]).toContain("clean: nothing grows with the calls");
    expect(errorsOf(run, "leaks.test.ts > its own error")[0]).toContain("its own");
    expect(errorsOf(run, "leaks.test.ts > a wrong option")[0]).toContain('Did you mean "runs"?');
  });
});
