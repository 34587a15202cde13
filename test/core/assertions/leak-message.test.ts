import { describe, expect, test } from "vitest";
import type { MessageContext } from "../../../core/src/assertions/outcome.js";
import { assertNotLeak, inconclusiveNotice } from "../../../core/src/assertions/to-not-leak.js";
import type { LeakGroup, LeakReport } from "../../../core/src/leaks/types.js";
import { CONTEXT, frame, site } from "./build.js";
import { text } from "./message-fixtures.js";

const SESSION: LeakGroup = {
  space: "heap",
  type: "Session",
  countPerCall: 1,
  bytesPerCall: 40,
  retainedBytes: 724,
  site: site({ space: "heap", bytes: 640, stack: [frame("openSession", "src/session.ts", 9, 44)] }),
  place: { url: `${CONTEXT.root}/src/session.ts`, scriptId: 7, line: 2, column: 1 },
  path: {
    root: "module",
    place: { url: `${CONTEXT.root}/src/session.ts`, scriptId: 7, line: 0, column: 0 },
    native: false,
    avoided: false,
    steps: [
      { ...link("Map"), edge: "module variable", name: "sessions", times: 1 },
      { ...link("Session"), edge: "value", name: "id-1", times: 1 },
    ],
  },
  holds: [{ ...link("Buffer"), count: 2048, bytes: 197_000 }],
  hint: "module-collection",
  knownOfNode: null,
};

function link(type: string) {
  return { kind: "object" as const, type, detail: "", place: null, objectId: 1 };
}

function report(change: Partial<LeakReport> = {}): LeakReport {
  return {
    verdict: "leak",
    reason: null,
    groups: [SESSION],
    ignored: [],
    growth: { heapBytes: 232, buffersBytes: 0, nativeBytes: null, handles: 0 },
    calls: { warmup: 32, screening: 64, confirming: 2048, evidence: 16, total: 2160 },
    batchCalls: 512,
    callsToDecide: null,
    spaces: ["heap", "buffers", "native", "handles"],
    capabilities: {
      tracker: "native",
      native: { available: true },
      stacks: { available: true },
      paths: { available: true },
      notes: [],
    },
    durationMs: 100,
    ...change,
  };
}

const assertion = (change?: Partial<LeakReport>, strict = false, context: MessageContext = CONTEXT) => ({
  headline: "expect(fn).toNotLeak()",
  report: report(change),
  strict,
  context,
});

describe("the message of a leak", () => {
  test.each([
    ["bytes", "by its bytes"],
    ["caller", "by its only caller"],
  ] as const)("says so where the place was inferred: by %s", (siteInferred, said) => {
    const groups = [{ ...SESSION, siteInferred }];
    expect(assertNotLeak(assertion({ groups })).message()).toContain(
      `allocated  openSession  src/session.ts:9:44 (${said})\n`,
    );
  });

  test("says what, how much, where, why, what it holds, and what helps", () => {
    expect(assertNotLeak(assertion()).message()).toBe(text`
expect(fn).toNotLeak()

  leak: something grows with every call: 232 B of heap  (2,160 calls)

  ● Session  src/session.ts:2:1  (heap)
    grows      1 a call, 40 B a call; 724 B a call with what it holds
    allocated  openSession  src/session.ts:9:44
    alive by   module src/session.ts → variable sessions (Map) → value of "id-1" (Session)
    holds      Buffer ×2,048 (197 kB)
    hint       a collection that lives as long as its module only grows: delete from it, bound it,
               or key it weakly (WeakMap).

  Next: break the chain that keeps it alive; { verbose: true } shows every group and whole stacks;
        what is meant to stay goes into { ignore } or { allow }. See docs/matchers/toNotLeak.md.
`);
  });

  test("folds further groups into a line, and shows them all when it is verbose", () => {
    const groups = ["A", "B", "C", "D"].map((type) => ({ ...SESSION, type, hint: null }));
    const short = assertNotLeak(assertion({ groups })).message();
    expect(short).toContain("4 things grow");
    expect(short).toContain("2 more like these: C, D");
    expect(short).not.toContain("● C");
    const long = assertNotLeak(assertion({ groups }, false, { ...CONTEXT, verbose: true })).message();
    expect(long).toContain("● D");
    expect(long).not.toContain("more like");
  });

  test("names a chain that was folded, one link a line where it is long", () => {
    const steps = [
      { ...link("Node"), edge: "property" as const, name: "next", times: 998 },
      ...["first", "second", "third"].map((name) => ({
        ...link("SomethingWithALongName"),
        edge: "property" as const,
        name,
        times: 1,
      })),
    ];
    const group = { ...SESSION, path: SESSION.path === null ? null : { ...SESSION.path, steps } };
    const message = assertNotLeak(assertion({ groups: [group] })).message();
    expect(message).toContain("→ .next ×998 (Node)");
    expect(message.split("\n").filter((line) => line.includes("→"))).toHaveLength(4);
  });

  test("begins a chain that only a runner leads to with the program's first function", () => {
    const closure = (type: string, url: string) => ({
      ...{ ...link(type), kind: "closure" as const, edge: "variable" as const, name: "fn", times: 1 },
      place: { url, scriptId: 3, line: 4, column: 5 },
    });
    const path = {
      ...{ root: "global" as const, place: null, native: false, avoided: true },
      steps: [
        closure("closure run", "node_modules/@vitest/runner/index.js"),
        closure("closure body", `${CONTEXT.root}/test/a.test.ts`),
        { ...link("Array"), edge: "variable" as const, name: "rows", times: 1 },
      ],
    };
    const told = assertNotLeak(assertion({ groups: [{ ...SESSION, path }] })).message();
    expect(told).toContain("alive by   what runs the test → closure body test/a.test.ts:4:5 → variable rows (Array)");
    expect(told).not.toContain("runner/index.js");
  });

  test("shows what was ignored, with its reason, and what cannot be had", () => {
    const message = assertNotLeak(
      assertion({
        ignored: [{ group: { ...SESSION, type: "Pool" }, reason: "emptied at exit" }],
        groups: [{ ...SESSION, path: null, site: null }],
        capabilities: { ...report().capabilities, paths: { available: false, reason: "the addon is missing" } },
      }),
    ).message();
    expect(message).toContain("ignored: Pool (emptied at exit)");
    expect(message).toContain("What keeps it alive is unknown: the addon is missing.");
    expect(message).not.toContain("alive by");
    expect(message).not.toContain("allocated");
  });
});

describe("a verdict", () => {
  test.each([
    ["clean", false, true],
    ["clean", true, true],
    ["leak", false, false],
    ["leak", true, false],
    ["inconclusive", false, true],
    ["inconclusive", true, false],
  ] as const)("of %s, strict: %s, passes: %s", (verdict, strict, pass) => {
    expect(assertNotLeak(assertion({ verdict, groups: verdict === "leak" ? [SESSION] : [] }, strict)).pass).toBe(pass);
  });

  test("that is inconclusive is told with its reason and the calls that would decide", () => {
    const given = assertion({
      verdict: "inconclusive",
      groups: [],
      reason: "It grew, but not evenly.",
      callsToDecide: 4288,
    });
    expect(inconclusiveNotice(given)).toBe(
      "memspec: expect(fn).toNotLeak() passed, but is inconclusive. It grew, but not evenly. About 4,288 calls would decide.",
    );
  });
});
