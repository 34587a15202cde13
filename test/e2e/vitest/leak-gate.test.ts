/** The leak gate of whole runs: no test of these projects has a word about memory. */

import { describe, expect, test } from "vitest";
import type { FileReport, RunLeaks } from "../../../core/src/runs/run-report.js";
import { CLEAN, LEAKY, suiteOf } from "../harness/leaky-project.js";
import { ordinaryVitest, PACKAGES } from "../harness/ordinary-suites.js";
import { fileOf, notJudgedIn, testOf, written } from "../harness/run-reports.js";
import { configWith, errorsOf, messagesOf, pools, runVitest, statesOf } from "./run-vitest.js";

const head = (module: string): string =>
  `import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inflate, listen, open, page, poll } from "./src/${module}.js";
`;
const program = {
  "src/leaky.ts": asModule(LEAKY),
  "src/clean.ts": asModule(CLEAN),
  "leaky.test.ts": suiteOf(head("leaky")),
  "clean.test.ts": suiteOf(head("clean")),
};

function asModule(text: string): string {
  return text
    .replaceAll(/const \{ (\w+) \} = require\("([^"]+)"\)/gu, 'import { $1 } from "$2"')
    .replaceAll(/exports\.(\w+) = /gu, "export const $1: (name?: any) => any = ")
    .replace("constructor(name)", "name; log; constructor(name: string)")
    .replace("let table;", "let table: unknown;")
    .replace("page: null", "page: null as unknown");
}

const typesOf = (leaks: RunLeaks | null): readonly string[] =>
  [...new Set((leaks?.groups ?? []).map(({ space, type }) => `${space} ${type}`))].sort();
const signaturesOf = ({ leaks }: FileReport): readonly string[] =>
  (leaks?.groups ?? []).map(({ signature }) => signature).sort();

const ALL_LEAKS = ["handles Timeout", "heap Buffer", "heap Gunzip", "heap Session", "heap closure onSignal"];

describe.each([
  ...pools.map((pool) => [pool, "isolated", ""] as const),
  ["forks", "not isolated", "isolate: false"] as const,
])('leaks: "file" in pool %s, %s', (pool, _, isolate) => {
  test("fails the file whose tests leave something behind, with what keeps it, and no other", async () => {
    const run = await runVitest({
      files: { ...program, "vitest.config.mjs": configWith('{ leaks: "file" }', isolate) },
      pool,
    });
    expect(run.exitCode).toBe(1);
    expect(statesOf(run).filter((line) => !line.endsWith(": passed"))).toEqual([]);
    const file = fileOf(written(run), "leaky.test.ts");
    expect(file.state).toBe("failed");
    expect(typesOf(file.leaks)).toEqual(expect.arrayContaining(ALL_LEAKS));
    expect(file.leaks?.groups.filter(({ space }) => space === "heap").map(({ path }) => path?.root)).not.toContain(
      "V8",
    );
    const session = file.leaks?.groups.find(({ type }) => type === "Session");
    expect(session).toMatchObject({ countPerCall: 1, place: { url: "src/leaky.ts" }, path: { root: "module" } });
    expect(session?.path?.steps.map(({ name }) => name)[0]).toBe("sessions");
    const [message = ""] = run.fileErrors.get("leaky.test.ts") ?? [];
    expect(message).toContain('MemspecError: leaks: "file": what the tests of this file left behind');
    expect(message).toContain("leaky.test.ts:1");
    expect(fileOf(written(run), "clean.test.ts")).toMatchObject({
      state: "passed",
      leaks: { verdict: "clean", groups: [] },
    });
    expect([...run.fileErrors.keys()]).toEqual(["leaky.test.ts"]);
  });
});

describe('leaks: "file"', () => {
  const config = (options: string, extra = "") => ({
    "vitest.config.mjs": configWith(`{ leaks: "file", ${options} }`, extra),
  });

  test("gives the same signatures in another run and another directory; one that is known does not count", async () => {
    const first = await runVitest({ files: { ...program, ...config("failOnLeak: false") } });
    expect(first.exitCode).toBe(0);
    const found = fileOf(written(first), "leaky.test.ts");
    expect(found).toMatchObject({ state: "passed", leaks: { verdict: "leak" } });
    const signatures = signaturesOf(found);
    expect(new Set(signatures).size).toBe(signatures.length);

    const known = signatures.map((signature) => ({ signature, reason: "issue 12", until: "2999-12-31" }));
    const second = await runVitest({ files: { ...program, ...config(`knownLeaks: ${JSON.stringify(known)}`) } });
    expect(second.exitCode).toBe(0);
    const { leaks } = fileOf(written(second), "leaky.test.ts");
    expect(leaks).toMatchObject({ verdict: "clean", groups: [] });
    expect(leaks?.ignored.map(({ group }) => group.signature).sort()).toEqual(signatures);
    expect(new Set(leaks?.ignored.map(({ reason }) => reason))).toEqual(new Set(["known until 2999-12-31: issue 12"]));

    const past = known.map((entry) => ({ ...entry, until: "2000-01-01" }));
    const third = await runVitest({ files: { ...program, ...config(`knownLeaks: ${JSON.stringify(past)}`) } });
    expect(third.exitCode).toBe(1);
    expect(signaturesOf(fileOf(written(third), "leaky.test.ts"))).toEqual(signatures);
    expect(third.output.replaceAll(/\s+/gu, " ")).toContain(
      "was known until 2000-01-01 (issue 12): that day has passed, so it counts again.",
    );
  });

  test("leaves out what is ignored in the file, and tells the reason", async () => {
    const all = ALL_LEAKS.map((leak) => leak.slice(leak.indexOf(" ") + 1));
    const ignore = [...all, "ArrayBuffer", "native block"].map((type) => ({
      type,
      reason: `${type} is pooled`,
      files: "leaky*",
    }));
    const run = await runVitest({
      files: {
        ...program,
        ...config(`ignoreLeaks: ${JSON.stringify(ignore)}, report: { json: ".memspec/report.json" }`),
      },
    });
    expect(typesOf(fileOf(written(run), "leaky.test.ts").leaks)).toEqual([]);
    expect(run.exitCode).toBe(0);
    expect(run.output).toMatch(/leaks? ignored or known/u);
    expect(run.output).toContain("Buffer is pooled");
    const elsewhere = ignore.map((entry) => ({ ...entry, files: "clean*" }));
    const other = await runVitest({ files: { ...program, ...config(`ignoreLeaks: ${JSON.stringify(elsewhere)}`) } });
    expect(other.exitCode).toBe(1);
  });

  test("does not blame tests that failed, and says where it cannot tell", async () => {
    const run = await runVitest({
      files: {
        "src/leaky.ts": program["src/leaky.ts"],
        "failing.test.ts": suiteOf(head("leaky")).replace("poll();", "poll(); expect(number).toBe(0);"),
        "short.test.ts": `import { expect, test } from "vitest";\nimport { open } from "./src/leaky.js";\ntest("one", () => { open("a"); });\ntest("two", () => { open("b"); });\n`,
        ...config(""),
      },
    });
    expect([...run.fileErrors.keys()]).toEqual([]);
    for (const name of ["failing.test.ts", "short.test.ts"]) {
      const file = fileOf(written(run), name);
      expect(file.leaks).toBeNull();
      expect(file.notes).toContain(
        "Whether the file leaks is not known: of fewer than 3 tests that passed nothing can be told.",
      );
    }
  });

  test("counts tests that run at the same time as one, and many tests in batches", async () => {
    const many = `import { test } from "vitest";
import { open } from "./src/leaky.js";
for (let number = 0; number < 40; number += 1) test("n" + number, async () => { open("s" + number); await null; });
`;
    const together = `import { test } from "vitest";
import { open } from "./src/leaky.js";
let here = 0;
let allHere;
const all = new Promise((resolve) => { allHere = resolve; });
for (let number = 0; number < 4; number += 1) test.concurrent("n" + number, async () => {
  open("s" + number);
  here += 1;
  if (here === 4) allHere();
  await all;
});
`;
    const run = await runVitest({
      files: {
        "src/leaky.ts": program["src/leaky.ts"],
        "many.test.ts": many,
        "together.test.ts": together,
        ...config("failOnLeak: false"),
      },
    });
    const [leak] = fileOf(written(run), "many.test.ts").leaks?.groups ?? [];
    expect(leak).toMatchObject({ type: "Session", countPerCall: 1 });
    expect(fileOf(written(run), "together.test.ts").leaks).toBeNull();
  });

  test("holds for files that are not observed, too", async () => {
    const run = await runVitest({ files: { ...program, ...config("observe: false") } });
    expect(run.exitCode).toBe(1);
    expect([...run.fileErrors.keys()]).toEqual(["leaky.test.ts"]);
  });
});

test("suites of an ordinary kind over packages have no leak", async () => {
  const run = await runVitest({
    files: { ...ordinaryVitest(), "vitest.config.mjs": configWith('{ leaks: "file" }') },
    packages: PACKAGES,
    timeoutMs: 280_000,
  });
  expect(messagesOf(run)).toBe("");
  expect([...run.fileErrors]).toEqual([]);
  expect(new Set(written(run).files.map(({ leaks }) => leaks?.verdict))).toEqual(new Set(["clean"]));
});

describe('leaks: "test"', () => {
  const bodies = {
    "src/leaky.ts": program["src/leaky.ts"],
    "bodies.test.ts": `
import { describe, expect, test } from "vitest";
import { open } from "./src/leaky.js";
test("leaks", () => { open("x"); });
test("clean", () => { expect.assertions(2); expect(1).toBe(1); expect([1]).toEqual([1]); });
let calls = 0;
test("once only", () => { calls += 1; expect(calls).toBe(1); });
test("snapshot", () => { expect({ a: 1 }).toMatchInlineSnapshot(\`
  {
    "a": 1,
  }
\`); });
let soft = 0;
test("soft", () => { soft += 1; if (soft < 40) expect.soft(soft).toBe(1); });
let skips = 0;
test("skips", ({ skip }) => { skips += 1; skip(skips === 3, "the third"); });
test.concurrent("together", async () => { await null; });
test("fails", () => { open("x"); expect(1).toBe(2); });
test.fails("is to fail", () => { open("x"); throw new Error("as it should"); });
let hangs = 0;
test("hangs", { timeout: 2000 }, async () => { hangs += 1; if (hangs > 1) await new Promise(() => {}); });
`,
    "other.test.ts": `import { test } from "vitest";\nimport { open } from "./src/leaky.js";\ntest("leaks", () => { open("x"); });\n`,
  };

  test("fails the test whose body leaks, and gives no verdict where the body cannot be repeated", async () => {
    const run = await runVitest({
      files: { ...bodies, "vitest.config.mjs": configWith('{ leaks: { default: false, "bodies*": "test" } }') },
    });
    expect(statesOf(run)).toEqual([
      "bodies.test.ts > leaks: failed",
      "bodies.test.ts > clean: passed",
      "bodies.test.ts > once only: passed",
      "bodies.test.ts > snapshot: passed",
      "bodies.test.ts > soft: passed",
      "bodies.test.ts > skips: passed",
      "bodies.test.ts > together: passed",
      "bodies.test.ts > fails: failed",
      "bodies.test.ts > is to fail: passed",
      "bodies.test.ts > hangs: passed",
      "other.test.ts > leaks: passed",
    ]);
    const [message = ""] = errorsOf(run, "bodies.test.ts > leaks");
    expect(message).toContain('leaks: "test": what each call of the test\'s body leaves behind');
    expect(message).toMatch(/bodies\.test\.ts:4/u);
    const file = fileOf(written(run), "bodies.test.ts");
    expect(testOf(file, "leaks")).toMatchObject({ state: "failed", breaches: [], leaks: { verdict: "leak" } });
    expect(testOf(file, "leaks").leaks?.groups).toMatchObject([{ type: "Session", countPerCall: 1 }]);
    expect(testOf(file, "clean").leaks).toMatchObject({ verdict: "clean", groups: [] });
    for (const name of ["once only", "snapshot", "soft", "skips", "together", "fails", "is to fail", "hangs"])
      expect([name, testOf(file, name).leaks]).toEqual([name, null]);
    expect(notJudgedIn(file)).toEqual([
      expect.stringContaining('"once only" leaks is not known: its body, called again, failed: expected 2 to be 1'),
      expect.stringContaining('"snapshot" leaks is not known: its body has snapshots'),
      expect.stringContaining('"soft" leaks is not known: its body, called again, failed an expect.soft()'),
      expect.stringContaining('"skips" leaks is not known: its body, called again, failed: test is skipped'),
      expect.stringContaining('"together" leaks is not known: other tests run at the same time'),
      expect.stringContaining('"hangs" leaks is not known: the calls of its body took too long, or one did not end'),
    ]);
    expect(testOf(fileOf(written(run), "other.test.ts"), "leaks").leaks).toBeNull();
  });

  test.each(["forks", "vmThreads"] as const)(
    "what Vitest keeps until a test is over is no leak, in pool %s",
    async (pool) => {
      const run = await runVitest({
        files: {
          "kept.test.ts": `
import { EventEmitter } from "node:events";
import { expect, onTestFailed, onTestFinished, test, vi } from "vitest";
const kept: object[] = [];
const bus = new EventEmitter();
bus.setMaxListeners(0);
const outer = vi.fn();
const storing = vi.fn((value: object) => kept.push(value));
const api = { load: (name: string) => name };
test("promises", async () => {
  await expect(Promise.resolve(4)).resolves.toBe(4);
  await expect(Promise.reject(new Error("no"))).rejects.toThrow("no");
});
test("polls", async () => { let asked = 0; await expect.poll(() => ++asked, { interval: 1 }).toBe(2); });
test("mocks", () => { const mock = vi.fn(() => 3); mock(); outer({ at: 1 }); expect(mock).toHaveBeenCalled(); });
test("spies", () => { const spy = vi.spyOn(api, "load"); api.load("a"); expect(spy).toHaveBeenCalledWith("a"); spy.mockRestore(); });
test("mocks modules", () => { vi.doMock("./none.js", () => ({})); vi.doUnmock("./none.js"); });
test("cleans up", () => {
  const listener = () => {};
  bus.on("cleaned", listener);
  onTestFailed(() => {});
  onTestFinished(async () => { await null; bus.off("cleaned", listener); });
});
test("has cleaned up", () => { expect(bus.listenerCount("cleaned")).toBe(0); });
test("gives a mock buffers", () => { outer(new Uint8Array(5000)); });
test("leaks by way of a mock", () => { storing({ at: 1 }); });
test("leaks what nobody takes off", () => { bus.on("left", () => {}); onTestFinished(() => {}); });
`,
          // Vitest 5 clears mocks between tests unless it is told otherwise.
          "vitest.config.mjs": configWith(
            '{ leaks: "test" }',
            "clearMocks: false, mockReset: false, restoreMocks: false",
          ),
        },
        pool,
      });
      const { tests } = fileOf(written(run), "kept.test.ts");
      expect(tests.map(({ name, state, leaks }) => [name.join(" "), state, leaks?.verdict ?? "not judged"])).toEqual([
        ["promises", "passed", "clean"],
        ["polls", "passed", "clean"],
        ["mocks", "passed", "clean"],
        ["spies", "passed", "clean"],
        ["mocks modules", "passed", "clean"],
        ["cleans up", "passed", "clean"],
        ["has cleaned up", "passed", "clean"],
        ["gives a mock buffers", "passed", "inconclusive"],
        ["leaks by way of a mock", "failed", "leak"],
        ["leaks what nobody takes off", "failed", "leak"],
      ]);
      const undecided = tests.find(({ name }) => name.at(-1) === "gives a mock buffers")?.leaks;
      expect(undecided?.reason).toContain("With every call buffers grew, and so did what mocks and the runner keep");
      const [store, listener] = tests.slice(-2).map(({ leaks }) => leaks?.groups);
      expect(store).toMatchObject([{ type: "Object", countPerCall: 1, path: { steps: [{ name: "kept" }, {}] } }]);
      expect(listener).toMatchObject([{ countPerCall: 1, path: { steps: [{ name: "bus" }, { name: "left" }] } }]);
    },
  );

  test("the figures of a body are those of its first call", async () => {
    const run = await runVitest({
      files: {
        "figures.test.ts": `import { test } from "vitest";\nlet last;\ntest("allocates", () => { last = Buffer.alloc(400_000); });\n`,
        "vitest.config.mjs": configWith('{ leaks: "test" }'),
      },
    });
    expect(testOf(fileOf(written(run), "figures.test.ts"), "allocates")).toMatchObject({
      figures: { buffers: { allocatedBytes: 400_000 } },
      leaks: { verdict: "clean" },
    });
  });

  test("tells a leak that is not to fail, and the signature is that of the file's check", async () => {
    const files = {
      "src/leaky.ts": program["src/leaky.ts"],
      "one.test.ts": `import { test } from "vitest";\nimport { open } from "./src/leaky.js";\nfor (const name of ["a", "b", "c"]) test(name, () => { open(name); });\n`,
    };
    const each = await runVitest({
      files: { ...files, "vitest.config.mjs": configWith('{ leaks: "test", failOnLeak: false }') },
    });
    const whole = await runVitest({
      files: { ...files, "vitest.config.mjs": configWith('{ leaks: "file", failOnLeak: false }') },
    });
    expect([each.exitCode, whole.exitCode]).toEqual([0, 0]);
    const [ofTest] = testOf(fileOf(written(each), "one.test.ts"), "a").leaks?.groups ?? [];
    const [ofFile] = fileOf(written(whole), "one.test.ts").leaks?.groups ?? [];
    expect(ofTest?.type).toBe("Session");
    expect(ofFile?.signature).toBe(ofTest?.signature);
  });
});
