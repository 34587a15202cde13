import { expect, test } from "vitest";
import type { AllocationSite } from "../../../core/src/capture/measurement.js";
import type { ObjectGroup } from "../../../core/src/graph/types.js";
import { type Evidence, NO_EVIDENCE } from "../../../core/src/leaks/evidence.js";
import { toGroups } from "../../../core/src/leaks/groups.js";
import { siteByBytes, siteOfSuspendedCall, traceOf, withCaller } from "../../../core/src/leaks/match-sites.js";

function site(functions: readonly string[], retainedBytes: number): AllocationSite {
  const stack = functions.map((functionName) => ({ functionName, kind: "javascript" }));
  return { space: "heap", stack, bytes: retainedBytes, count: 1, retainedBytes } as unknown as AllocationSite;
}

const group = (type: string, shallowBytes: number, retainedBytes: number) =>
  ({ kind: "object", type, place: null, shallowBytes, retainedBytes, traces: [] }) as unknown as ObjectGroup;

const load = site(["load"], 800);
const call = site(["countUp", "subscribe"], 4000);

test("a suspended call was allocated where the function was called", () => {
  expect(siteOfSuspendedCall(group("generator countUp", 10, 10), [load, call])).toBe(call);
  expect(siteOfSuspendedCall(group("async call of load", 10, 10), [load, call])).toBe(load);
  expect(siteOfSuspendedCall(group("Promise", 10, 10), [load, call])).toBeNull();
});

test("without a trace the one site with as many bytes is it, by what members are or by what they hold", () => {
  expect(siteByBytes(group("Promise", 768, 900), true, [load, call])).toBe(load);
  expect(siteByBytes(group("Array", 32, 3900), true, [load, call])).toBe(call);
});

test("where two sites have as many, none has, or the bytes are another run's, nothing is claimed", () => {
  expect(siteByBytes(group("Promise", 800, 800), true, [load, site(["save"], 790)])).toBeNull();
  expect(siteByBytes(group("Promise", 100, 100), true, [load, call])).toBeNull();
  expect(siteByBytes(group("Promise", 800, 800), false, [load, call])).toBeNull();
});

test("the only site there is, is it", () => {
  expect(siteByBytes(group("Promise", 1, 1), false, [load])).toBe(load);
});

test("a place that agrees by its bytes alone is told as inferred, one that V8's stacks name is not", () => {
  const finding = (of: ObjectGroup) => ({
    ...({ space: "heap", kind: "", growth: "steady", countPerCall: 1, bytesPerCall: 8, retainedPerCall: 8 } as const),
    ...{ group: of, store: null },
  });
  const ofEvidence = (of: ObjectGroup): Evidence => ({ ...NO_EVIDENCE, calls: 16, sites: [load, call], groups: [of] });
  const lost = group("Promise", 768, 900);
  const [inferred] = toGroups([finding(lost)], ofEvidence(lost), 20);
  expect(inferred).toMatchObject({ site: load, siteInferred: "bytes" });
  const frames = [{ functionName: "load", url: "", scriptId: 0, line: 1, column: 1 }];
  const kept = { ...lost, traces: [{ frames, bytes: 800, count: 16 }] };
  const [told] = toGroups([finding(kept)], ofEvidence(kept), 20);
  expect(told?.site).toBe(load);
  expect(told).not.toHaveProperty("siteInferred");
});

test("a closure was allocated by the function that it stands in, also where V8 has inlined that for most of them", () => {
  const frame = (functionName: string, scriptId: number, line: number) => ({
    functionName,
    url: "",
    scriptId,
    line,
    column: 1,
  });
  const trace = (count: number, ...frames: ReturnType<typeof frame>[]) => ({ frames, bytes: 56 * count, count });
  const [start, subscribe, other] = [frame("start", 7, 30), frame("subscribe", 4, 2), frame("other", 4, 40)];
  const inlined = trace(13, start);
  const whole = trace(3, subscribe, start);
  const module = trace(4, frame("", 4, 1));
  const place = { url: "bus.mjs", scriptId: 4, line: 3, column: 14 };
  const closures = { ...group("closure (anonymous)", 1, 1), place, traces: [inlined, trace(5, other), module, whole] };
  expect(traceOf(closures)).toBe(whole);
  expect(traceOf({ ...closures, traces: [inlined, trace(5, other)] })).toBe(inlined);
});

test("what else was allocated by a function that V8 inlined into its caller for most of them, was allocated by that function", () => {
  const frame = (functionName: string, line: number) => ({ functionName, url: "", scriptId: 7, line, column: 1 });
  const trace = (count: number, ...frames: ReturnType<typeof frame>[]) => ({ frames, bytes: 56 * count, count });
  const [main, register, insert, walk] = [
    frame("main", 1),
    frame("register", 30),
    frame("insert", 2),
    frame("walk", 9),
  ];
  const inlined = trace(13, register, main);
  const whole = trace(3, insert, register, main);
  const accounts = { ...group("Object", 1, 1), traces: [inlined, trace(4, walk, main), whole] };
  expect(traceOf(accounts)).toBe(whole);
  expect(traceOf({ ...accounts, traces: [inlined, trace(4, insert, main)] })).toBe(inlined);
  // A recursion is no inlining.
  const [shallow, deep] = [trace(9, walk, main), trace(2, walk, walk, main)];
  expect(traceOf({ ...accounts, traces: [shallow, deep] })).toBe(shallow);
  // An instance stands nowhere: its place is its class's.
  const place = { url: "", scriptId: 7, line: 31, column: 1 };
  expect(traceOf({ ...accounts, type: "Session", place, traces: [trace(9, walk, main), inlined] })?.frames[0]).toBe(
    walk,
  );
  expect(traceOf(group("Session", 1, 1))).toBeNull();
});

/** "open node", "read user 5": a frame's function, owner and line; without a line, the function's alone is known. */
function stackOf(...frames: readonly string[]): AllocationSite {
  const stack = frames.map((text) => {
    const [functionName, owner, line] = text.split(" ");
    const file = owner === "node" ? "node:fs" : "/app.ts";
    return {
      functionName,
      owner,
      file,
      kind: "javascript",
      line: Number(line ?? 0),
      lineIsFunction: line === undefined,
    };
  });
  return { space: "native", stack } as unknown as AllocationSite;
}
const namesOf = ({ stack }: AllocationSite) => stack.map(({ functionName, line }) => `${functionName} ${line}`);

test("what Node allocates after it has waited was called by who called its function", () => {
  const later = stackOf("FileHandle node", "open node");
  const begun = stackOf("request node", "open node", "load user 7", "main user 20");
  expect(namesOf(withCaller(later, [stackOf("stat node", "other user"), begun]))).toEqual([
    "FileHandle 0",
    "open 0",
    "load 7",
    "main 20",
  ]);
});

test("of two frames of one caller the one with its line is told", () => {
  const recorded = [stackOf("request node", "open node", "load user"), stackOf("open node", "load user 7")];
  expect(namesOf(withCaller(stackOf("open node"), recorded))).toEqual(["open 0", "load 7"]);
});

test("a site that was completed with its only caller is told as inferred", () => {
  const later = { ...stackOf("FileHandle node", "open node"), space: "heap", retainedBytes: 800 } as AllocationSite;
  const begun = stackOf("request node", "open node", "load user 7");
  const frames = [{ functionName: "FileHandle", url: "node:fs", scriptId: 0, line: 1, column: 1 }];
  const handles = { ...group("FileHandle", 768, 900), traces: [{ frames, bytes: 800, count: 16 }] };
  const finding = {
    ...({ space: "heap", kind: "", growth: "steady", countPerCall: 1, bytesPerCall: 8, retainedPerCall: 8 } as const),
    ...{ group: handles, store: null },
  };
  const evidence = { ...NO_EVIDENCE, calls: 16, sites: [later], groups: [handles] };
  const [completed] = toGroups([finding], { ...evidence, recorded: [begun] }, 20);
  expect(completed).toMatchObject({ siteInferred: "caller" });
  expect(completed?.site && namesOf(completed.site)).toEqual(["FileHandle 0", "open 0", "load 7"]);
  const [alone] = toGroups([finding], evidence, 20);
  expect(alone?.site).toBe(later);
  expect(alone).not.toHaveProperty("siteInferred");
});

test("where two called it, nobody did, or the stack has the program's own frames, it stays as it is", () => {
  const later = stackOf("FileHandle node", "open node");
  const [one, two] = [stackOf("open node", "load user 7"), stackOf("open node", "save user 9")];
  expect(withCaller(later, [one, two])).toBe(later);
  expect(withCaller(later, [stackOf("open node", "readFile node", "load user 7")])).toBe(later);
  expect(withCaller(later, [])).toBe(later);
  const own = stackOf("FileHandle node", "open node", "load user 7");
  expect(withCaller(own, [two])).toBe(own);
});
