/** Leak checks beside what else runs in a worker: other files, coverage tools, debuggers, other profilers, debris. */

import { expect, test, vi } from "vitest";
import { SESSIONS } from "../harness/sessions.js";
import { configWith, errorsOf, messagesOf, runVitest, statesOf, type VitestRun } from "./run-vitest.js";
import { hasCoverage } from "./vitest-under-test.js";

vi.setConfig({ testTimeout: 300_000 });

/** A test file: what else there is, a clean function, a leaking one. */
const fileWith = (company = ""): string => `
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAndClose, openSession } from "./src/sessions.js";
${company}
test("clean", async () => { await expect(() => openAndClose()).toNotLeak(); });
test("leak", async () => { await expect(() => openSession()).toNotLeak(); });
`;

/** An inspector in the worker itself, and what it is asked to do. */
const inspectorWith = (...commands: readonly string[]): string => `
import inspector from "node:inspector";
const session = new inspector.Session();
const post = (method, params = {}) => new Promise((done, failed) => {
  session.post(method, params, (error) => (error ? failed(new Error(error.message)) : done(undefined)));
});
beforeAll(async () => {
  session.connect();
  ${commands.map((command) => `await post(${command});`).join("\n  ")}
});
afterAll(() => session.disconnect());
`;

const config = (inTest = ""): string => configWith("{ toNotLeak: { timeout: 55_000 } }", inTest);

/** The clean function is clean, and the leaking one is found with type and path. */
function expectVerdicts(
  run: VitestRun,
  files: readonly string[],
  place = /allocated +openSession +src\/sessions\.ts:7:/u,
) {
  expect(run.unhandled).toEqual([]);
  expect([...statesOf(run)].sort(), messagesOf(run) + run.output).toEqual(
    files.flatMap((file) => [`${file} > clean: passed`, `${file} > leak: failed`]).sort(),
  );
  for (const file of files) {
    const [message = ""] = errorsOf(run, `${file} > leak`);
    expect(message).toMatch(/● Session +src\/sessions\.ts/u);
    expect(message).toMatch(/grows +1 a call/u);
    expect(message).toMatch(/alive by +module src\/sessions\.ts → variable sessions \(Map\) → value \(Session\)/u);
    expect(message).toMatch(place);
  }
}

test.each(["forks", "threads"] as const)("in %s without isolation, from file to file", async (pool) => {
  const run = await runVitest({
    files: {
      "vitest.config.mjs": config("maxWorkers: 1"),
      "src/sessions.ts": SESSIONS,
      "first.test.ts": fileWith(),
      "second.test.ts": fileWith(),
    },
    pool,
    args: ["--no-isolate"],
  });
  expectVerdicts(run, ["first.test.ts", "second.test.ts"]);
});

const providers = ["v8", "istanbul"].map((provider) => [provider, hasCoverage(provider)] as const);

test.for(providers)("while %s measures coverage", async ([provider, there], { skip }) => {
  skip(!there, "the installed provider is not of this Vitest's version");
  const run = await runVitest({
    files: { "vitest.config.mjs": config(), "src/sessions.ts": SESSIONS, "a.test.ts": fileWith() },
    args: [
      "--coverage.enabled",
      `--coverage.provider=${provider}`,
      "--coverage.reporter=text",
      "--coverage.reportOnFailure",
    ],
  });
  expectVerdicts(run, ["a.test.ts"]);
  // There was coverage, and of this file.
  expect(run.output).toMatch(/^ *(?:sessions\.ts|src\/sessions\.ts) +\| +100 \|/mu);
});

test.each(["forks", "threads"] as const)("while a debugger is connected, in %s", async (pool) => {
  const run = await runVitest({
    files: {
      "vitest.config.mjs": config(),
      "src/sessions.ts": SESSIONS,
      "a.test.ts": fileWith(inspectorWith('"Runtime.enable"', '"Debugger.enable"', '"HeapProfiler.enable"')),
      "b.test.ts": fileWith(inspectorWith('"Debugger.enable"', '"Profiler.enable"', '"Profiler.start"')),
    },
    pool,
  });
  expectVerdicts(run, ["a.test.ts", "b.test.ts"]);
});

test("in a process that waits for a debugger", async () => {
  const run = await runVitest({
    files: {
      "vitest.config.mjs": config('execArgv: ["--inspect=0"]'),
      "src/sessions.ts": SESSIONS,
      "a.test.ts": fileWith(`
import inspector from "node:inspector";
beforeAll(() => expect(inspector.url()).toMatch(/^ws:/));`),
    },
  });
  expectVerdicts(run, ["a.test.ts"]);
});

test("while another heap sampler runs the verdicts are the same, and the message says that the function is known, not the line", async () => {
  const run = await runVitest({
    files: {
      // An observed worker has the sampler before anybody else.
      "vitest.config.mjs": configWith("{ observe: false, toNotLeak: { timeout: 55_000 } }"),
      "src/sessions.ts": SESSIONS,
      "a.test.ts": fileWith(inspectorWith('"HeapProfiler.startSampling", { samplingInterval: 1024 }')),
    },
  });
  expectVerdicts(run, ["a.test.ts"], /Somebody else runs V8's heap sampler in this isolate/u);
  // V8 knows no inlined functions here: newer versions have inlined it into its caller.
  expect(errorsOf(run, "a.test.ts > leak")[0]).toMatch(
    /^ +allocated +(?:openSession +src\/sessions\.ts|\(anonymous\) +a\.test\.ts):\d+:\d+ \(function\)$/mu,
  );
});

test("within a limit on the test, which measures meanwhile", async () => {
  const run = await runVitest({
    files: {
      "vitest.config.mjs": configWith('{ limits: { default: "1 GB" }, toNotLeak: { timeout: 55_000 } }'),
      "src/sessions.ts": SESSIONS,
      "a.test.ts": fileWith(),
    },
  });
  expectVerdicts(run, ["a.test.ts"]);
});

test("while an allocation timeline is recorded the verdicts are the same, and the message says how the heap was judged", async () => {
  const run = await runVitest({
    files: {
      "vitest.config.mjs": config(),
      "src/sessions.ts": SESSIONS,
      "a.test.ts": fileWith(inspectorWith('"HeapProfiler.startTrackingHeapObjects", { trackAllocations: false }')),
    },
  });
  expectVerdicts(run, ["a.test.ts"], /somebody else records this isolate's allocations/u);
});

test("after other tests have left timers, listeners, filled and growing caches, and 50 MB", async () => {
  const run = await runVitest({
    files: {
      "vitest.config.mjs": config("maxWorkers: 1, fileParallelism: false"),
      "src/sessions.ts": SESSIONS,
      "a.test.ts": fileWith(`
import { EventEmitter } from "node:events";
const kept = [];
const bus = new EventEmitter().setMaxListeners(0);
const cache = new Map();
test("leaves debris", () => {
  kept.push(Buffer.alloc(50_000_000), Array.from({ length: 20_000 }, (_, id) => ({ id, name: "item " + id })));
  for (let made = 0; made < 200; made += 1) {
    bus.on("event", () => kept.length);
    setInterval(() => cache.size, 1_000 + made);
    setTimeout(() => kept.length, 10_000_000);
    process.on("SIGUSR2", () => kept.length);
  }
  setInterval(() => { bus.emit("event"); cache.set(cache.size % 5_000, { at: cache.size }); }, 1);
});`),
    },
  });
  expect(statesOf(run)[0]).toBe("a.test.ts > leaves debris: passed");
  const judged = new Map([...run.tests].filter(([name]) => !name.endsWith("leaves debris")));
  expectVerdicts({ ...run, tests: judged }, ["a.test.ts"]);
});
