/** Bodies that need their hooks around each call, in JavaScript that is Vitest's and Jest's. Without hooks, each would be a leak, or fail. */

/** Name and verdict of each test of `HOOKED`. */
export const HOOKED_VERDICTS: readonly (readonly [name: string, verdict: string])[] = [
  ["fills what beforeEach makes", "clean"],
  ["fills what afterEach empties", "clean"],
  ["needs both in their order", "clean"],
  ["takes its listener off in afterEach", "clean"],
  ["awaits hooks", "clean"],
  ["leaves something in a hook", "leak"],
  ["leaks in the body", "leak"],
  ["has a hook that runs once", "not judged"],
];

export const HOOKED = `
let opened = 0;
class OfHook {}
const bus = new EventEmitter();
bus.setMaxListeners(0);
let list;
const mounted = [];
const kept = [];
class OfBody {}

beforeEach(() => { list = []; opened += 1; });
afterEach(() => { mounted.length = 0; opened -= 1; });
afterAll(() => expect(opened).toBe(0));

test("fills what beforeEach makes", () => { list.push({ at: 1 }); expect(list).toHaveLength(1); });
test("fills what afterEach empties", () => { mounted.push({ at: 1 }); });

describe("outer", () => {
  const order = [];
  beforeEach(() => { order.push("outer"); });
  afterEach(() => { order.push("after outer"); expect(order.splice(0)).toEqual(["outer", "inner", "body", "after inner", "after outer"]); });
  describe("inner", () => {
    beforeEach(() => { order.push("inner"); });
    afterEach(() => { order.push("after inner"); });
    test("needs both in their order", () => { expect(order).toEqual(["outer", "inner"]); order.push("body"); });
  });
});

describe("a block", () => {
  let on;
  beforeEach(() => { on = () => {}; });
  afterEach(() => { bus.off("said", on); });
  test("takes its listener off in afterEach", () => { bus.on("said", on); expect(bus.listenerCount("said")).toBe(1); });
});

describe("a block", () => {
  let ready = false;
  beforeEach(async () => { await new Promise(setImmediate); ready = true; });
  afterEach(async () => { await null; ready = false; });
  test("awaits hooks", () => { expect(ready).toBe(true); mounted.push({ ready }); });
});

describe("a block", () => {
  beforeEach(() => { kept.push(new OfHook()); });
  test("leaves something in a hook", () => {});
});

test("leaks in the body", () => { list.push(1); kept.push(new OfBody()); });

describe("a block", () => {
  let calls = 0;
  beforeEach(() => { calls += 1; if (calls === 2) throw new Error("once"); });
  afterEach(() => { expect(calls).toBeGreaterThan(0); });
  test("has a hook that runs once", () => { mounted.push({}); });
});
`;
