import { beforeAll, describe, expect, it } from "vitest";
import { type Frame, runFixture, sampleObject } from "./run-fixture.js";

interface Site {
  readonly bytes: number;
  readonly count: number;
  readonly truncated: boolean;
  readonly frames: readonly Frame[];
}
interface Results {
  readonly state: number;
  readonly again: number;
  readonly stopped: number;
  readonly kept: number;
  readonly positions: number;
  readonly all: { readonly sites: readonly Site[]; readonly byLine: number; readonly byFunction: number };
  readonly sites: Readonly<Record<string, readonly Site[]>>;
}

/** Lines of the program in fixtures/heap.cjs: where each function allocates, and where V8 may for it (a loop's turn). */
const LINES: Readonly<Record<string, { readonly own: readonly number[]; readonly engine: readonly number[] }>> = {
  objects: { own: [10, 12, 13], engine: [11] },
  Point: { own: [], engine: [3, 4, 5, 6] },
  arrays: { own: [20], engine: [19] },
  texts: { own: [27, 28], engine: [26] },
  inner: { own: [33], engine: [32] },
  closures: { own: [37, 39, 40], engine: [] },
};

const own = (site: Site) => site.frames.find((frame) => frame.url === "/heap.js");
const sum = (sites: readonly Site[], what: "bytes" | "count") => sites.reduce((total, site) => total + site[what], 0);

describe("heap sites", () => {
  const run = (interval: number, objects: number, keep: boolean, flags: readonly string[] = []) =>
    runFixture<Results>("heap.cjs", [...sampleObject(), interval, objects, keep ? 1 : 0], flags);

  describe("of a program that V8 optimises while it runs", () => {
    // Many, for until V8 has optimised it a place is known by its function alone: on a busy machine that takes longer.
    const objects = 500_000;
    let results: Results;
    beforeAll(async () => {
      results = await run(512, objects, true);
    });

    it("are by line for more than 95% of the bytes, and no line is wrong", () => {
      const sites = Object.values(results.sites).flat().filter(own);
      const byLine = sites.filter((site) => own(site)?.lineIsFunction === false);
      const at = (site: Site, where: "own" | "engine") => {
        const frame = own(site);
        return LINES[frame?.function ?? ""]?.[where].includes(frame?.line ?? 0) ?? false;
      };
      expect(byLine.filter((site) => !at(site, "own") && !at(site, "engine")).map(own)).toEqual([]);
      const right = byLine.filter((site) => at(site, "own"));
      expect(sum(right, "bytes") / sum(sites, "bytes")).toBeGreaterThan(0.95);
    });

    it("belong to the window in which they were allocated", () => {
      for (const [name, sites] of Object.entries(results.sites)) {
        const functions = new Set(sites.map((site) => own(site)?.function ?? ""));
        const others = Object.keys(LINES).filter((other) => other !== name && functions.has(other));
        const called = { objects: ["Point"], closures: ["inner"] }[name] ?? [];
        expect(others.filter((other) => !called.includes(other))).toEqual([]);
      }
    });

    it("estimate the bytes without bias", () => {
      const point = results.sites["objects"] ?? [];
      const array = results.sites["arrays"] ?? [];
      // A point: 6 words. An array of four: 4 words and 6.
      expect(sum(point, "bytes") / objects).toBeGreaterThan(47);
      expect(sum(point, "bytes") / objects).toBeLessThan(50);
      expect(sum(array, "bytes") / objects).toBeGreaterThan(78);
      expect(sum(array, "bytes") / objects).toBeLessThan(82);
    });

    it("have nearly every sample matched with a stack of our own", () => {
      expect(results.all.byLine / (results.all.byLine + results.all.byFunction)).toBeGreaterThan(0.99);
    });

    it("are none once the sampler has stopped", () => {
      expect(results).toMatchObject({ state: 1, again: 1, stopped: 0 });
    });
  });

  it.each([
    ["interpreter", ["--no-sparkplug"]],
    ["baseline compiler", ["--always-sparkplug"]],
  ])("are on the line of each allocation of a straight function, once for each: %s", async (_, flags) => {
    const lines = await runFixture<Record<string, number>>(
      "straight.cjs",
      [...sampleObject()],
      ["--no-opt", "--no-maglev", ...flags],
    );
    // 3: the context. 5: array and elements. 6: the object and its number. 14 and 19: two arrays and what is in them.
    expect(lines).toEqual({
      3: 1,
      5: 2,
      6: 1,
      7: 1,
      8: 1,
      9: 1,
      10: 1,
      14: 2,
      15: 1,
      16: 1,
      17: 1,
      18: 1,
      19: 2,
      20: 2,
    });
  });

  it("count every object when each allocation is recorded", async () => {
    const objects = 5000;
    const results = await run(1, objects, true, ["--no-opt", "--no-maglev", "--no-sparkplug"]);
    const at = (name: string, line: number) =>
      (results.sites[name] ?? []).filter((site) => own(site)?.line === line && !own(site)?.lineIsFunction);
    expect(sum(at("objects", 12), "count")).toBe(objects);
    expect(sum(at("closures", 33), "count")).toBe(objects * 3);
    expect(sum(at("arrays", 20), "count")).toBe(objects * 2);
    expect(sum(at("arrays", 20), "bytes") % objects).toBe(0);
  });

  it("are those of what survived, when what was collected is not kept", async () => {
    const results = await run(1, 5000, false, ["--no-opt", "--no-maglev", "--no-sparkplug", "--expose-gc"]);
    const points = (results.sites["objects"] ?? []).filter((site) => own(site)?.line === 12);
    expect(results.kept).toBe(50);
    expect(sum(points, "count")).toBe(50);
  });

  it("are by function where the maker of samples cannot be recognised", async () => {
    const results = await runFixture<Results>("heap.cjs", [0, 0, 512, 20_000, 1]);
    expect(results.positions).toBe(0);
    expect(results.all).toMatchObject({ byLine: 0, sites: [] });
  });
});
