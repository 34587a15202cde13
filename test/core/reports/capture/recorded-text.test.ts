import { describe, expect, test } from "vitest";
import { type RecordedCapture, renderRecorded } from "../../../../core/src/reports/capture/recorded-text.js";
import { infoOf, STATISTICS } from "./hand-made.js";

const capture = (name: string, more: Partial<RecordedCapture> = {}): RecordedCapture => ({
  name,
  bytes: 46_900,
  info: infoOf(),
  statistics: STATISTICS,
  problem: "",
  ...more,
});
const text = (captures: readonly RecordedCapture[], width = 80): string =>
  renderRecorded(captures, { colour: false, width });

describe("what is said after a recording", () => {
  test("of one process: where, how big, its peak and allocations, what to do next", () => {
    expect(text([capture("app.memspec")], 120)).toBe(`
memspec: app.memspec (46.9 kB)
  peak       61 MB after 1.20 s of 2.00 s: heap 10 MB, buffers 50 MB, native 1 MB
  allocated  ~100 MB in ~6,030 allocations

  memspec flamegraph app.memspec
  memspec summary app.memspec
`);
  });

  test("says of what the sum is where the heap is not known", () => {
    const heap = { allocatedBytes: null, allocationCount: null, leakedBytes: null, leakedCount: null, peakBytes: null };
    const statistics = { ...STATISTICS, spaces: { ...STATISTICS.spaces, heap } };
    expect(text([capture("app.memspec", { statistics })])).toContain(
      "allocated  70 MB in 5,030 allocations (buffers and native alone)",
    );
  });

  test("of several processes: a table, and the pattern of their files", () => {
    const several = text([capture("memspec-app.1201.memspec"), capture("memspec-app.1207.memspec")], 120);
    expect(several).toContain("memspec: 2 processes were recorded");
    expect(several).toMatch(/memspec-app\.1207\.memspec +46\.9 kB +61 MB +app\.js --port 80/u);
    expect(several).toContain("memspec summary memspec-app.*.memspec\n");
  });

  test("tells problems and damage by the file's name, and once what is true of all", () => {
    const meta = { ...infoOf().meta, notes: ["Of all."] };
    const whole = capture("a.1.memspec", { info: infoOf({ meta }) });
    const killed = capture("a.2.memspec", {
      info: infoOf({ meta, end: null }),
      statistics: null,
      problem: "It is full.",
    });
    const several = text([whole, killed], 200);
    expect(several.match(/Of all\./gu)).toHaveLength(1);
    expect(several).toContain("note: a.2.memspec: It is full.");
    expect(several).toMatch(/note: a\.2\.memspec: The recording did not end in order/u);
    expect(several).toMatch(/a\.2\.memspec +46\.9 kB +n\/a/u);
  });

  test("of nothing says so", () => {
    expect(text([])).toBe("memspec: nothing was recorded: the program started no Node process that can be.\n");
  });

  test.each([60, 80, 120])("fits %i columns", (width) => {
    for (const line of text([capture("memspec-app.1201.memspec")], width).split("\n")) {
      expect([...line].length).toBeLessThanOrEqual(width);
    }
  });
});
