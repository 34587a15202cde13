/** Every command of every example's page runs, and what the pages say is so. Figures are the programs' own: pages show those of one run. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PlayedExample, playExample, type ReadExample } from "./example-page.js";

/** Plays an example before the tests of a block. */
function example(name: string): () => PlayedExample {
  let played: PlayedExample | undefined;
  beforeAll(() => {
    played = playExample(name);
  });
  afterAll(() => played?.remove());
  return () => {
    if (played === undefined) throw new Error(`${name} was not played`);
    return played;
  };
}

/** Innermost first. */
function callChains({ stacks }: ReadExample): readonly string[] {
  return stacks.map(({ frames }) => frames.map(({ functionName }) => functionName).join(" < "));
}

function bytesWith({ stacks }: ReadExample, functionName: string | RegExp): number {
  const fits = (name: string): boolean =>
    typeof functionName === "string" ? name === functionName : functionName.test(name);
  return stacks
    .filter(({ frames }) => frames.some((frame) => fits(frame.functionName)))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

describe("frames", () => {
  const played = example("frames");

  test("makeRows stands on those who called it; after an await the stack begins with the function itself", async () => {
    const chains = callChains(await played().read("frames.memspec", "allocated", ["heap"]));
    expect(chains).toContainEqual(expect.stringMatching(/makeRows < buildReport < main/u));
    expect(chains).toContainEqual(expect.stringMatching(/makeRows < loadLater$/u));
    expect(played().output("memspec tree frames.memspec")).toMatch(/loadLater.*\n.*makeRows/u);
  });

  test("memory of zlib is told of pack, with --native below the frames of C", async () => {
    const plain = await played().read("frames.memspec", "allocated", ["native"]);
    const native = await played().read("native.memspec", "allocated", ["native"]);
    expect(bytesWith(plain, "pack")).toBeGreaterThan(200_000);
    expect(bytesWith(plain, /^deflateInit/u)).toBe(0);
    expect(bytesWith(native, "pack")).toBeGreaterThan(200_000);
    expect(played().output("memspec tree native.memspec")).toContain("deflateInit2_");
  });
});

describe("heap-pages", () => {
  const played = example("heap-pages");

  test("most pages stay when most objects have gone", async () => {
    const { reading, functions } = await played().read("pages.memspec", "leaked", ["heap"]);
    const { heapFragmentationBytes } = reading.statistics;
    // 20,000 points are alive; the pages of two million are held.
    expect(heapFragmentationBytes).toBeGreaterThan(50_000_000);
    expect(functions.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThan(10_000_000);
    expect(played().output("memspec stats")).toContain("Held by V8's heaps and not in use at the end");
  });
});

describe("native-mandelbrot", () => {
  const played = example("native-mandelbrot");

  test("without --native the pictures are told of the functions of JavaScript, with it also of those of C++", async () => {
    const plain = await played().read("plain.memspec", "peak", ["native"]);
    const native = await played().read("native.memspec", "peak", ["native"]);
    // Two posters of 1600 x 800, a thumbnail of 400 x 200.
    for (const read of [plain, native]) {
      expect(bytesWith(read, "poster")).toBeGreaterThanOrEqual(2 * 1600 * 800);
      expect(bytesWith(read, "thumbnail")).toBeGreaterThanOrEqual(400 * 200);
    }
    // The function that called malloc is known without --native, too: here of the objects, and not of what they hold.
    expect(bytesWith(plain, /^mandelbrot::Picture::Render\(/u)).toBeLessThan(1000);
    expect(bytesWith(native, /^mandelbrot::Picture::Render\(/u)).toBeGreaterThanOrEqual(2 * 1600 * 800 + 400 * 200);
    expect(callChains(native)).toContainEqual(expect.stringMatching(/mandelbrot::Picture::Render\(.* < poster < /u));
  });

  test("frames of C++ have their lines", async () => {
    const { stacks } = await played().read("native.memspec", "peak", ["native"]);
    const frames = stacks.flatMap((stack) => stack.frames);
    // Not the one that called malloc: that one is known without --native, too.
    const caller = frames.find(({ functionName }) => functionName.startsWith("mandelbrot::RenderPicture("));
    expect(caller?.file).toMatch(/\/mandelbrot\.cc$/u);
    expect(caller?.line).toBeGreaterThan(0);
  });

  test("what a line needs is temporary, told of the function that makes the line", async () => {
    const chains = callChains(await played().read("native.memspec", "temporary", ["native"]));
    expect(chains).toContainEqual(expect.stringMatching(/RenderLine\(.* < mandelbrot::Picture::Render\(.* < poster/u));
    expect(played().output("memspec tree native.memspec --space native --temporary")).toContain("poster");
  });
});

describe("clustered-server", () => {
  const played = example("clustered-server");

  test("with --follow there is a file for the primary process and for each of three workers", () => {
    expect(played().captures.filter((file) => file.startsWith("cluster."))).toHaveLength(4);
  });

  test("the reports are in the workers' files: 60 of 200,000 bytes; the primary process has none", async () => {
    const primary = await played().read("primary.memspec", "leaked", ["buffers"]);
    const whole = await played().read("whole.memspec", "leaked", ["buffers"]);
    expect(bytesWith(primary, "makeReport")).toBe(0);
    expect(bytesWith(whole, "makeReport")).toBe(60 * 200_000);
  });
});

describe("temporary-arrays", () => {
  const played = example("temporary-arrays");

  test("push throws away more than twice what a list takes that has its length from the start", async () => {
    const read = await played().read("arrays.memspec", "temporary", ["heap"]);
    expect(bytesWith(read, "byPush")).toBeGreaterThan(2 * bytesWith(read, "preallocated"));
    expect(read.functions[0]?.[0]).toBe("byPush");
  });
});

describe("one-span", () => {
  const played = example("one-span");

  test("what happened in the span is in the file, and nothing else", async () => {
    const read = await played().read("import.memspec", "allocated");
    expect(bytesWith(read, "readCustomers")).toBeGreaterThan(1_000_000);
    expect(bytesWith(read, "exportCustomers")).toBeGreaterThan(1_000_000);
    expect(bytesWith(read, "warmUp")).toBe(0);
  });
});

describe("document-pipeline", () => {
  const played = example("document-pipeline");

  test("what is never given back is the index and the pages of the cache", async () => {
    const { functions } = await played().read("pipeline.memspec", "leaked");
    expect(
      functions
        .slice(0, 2)
        .map(([name]) => name)
        .sort(),
    ).toEqual(["addToIndex", "layOut"]);
  });

  test("what is thrown away is made by layOut, and by makeDocument and tokenize", async () => {
    const read = await played().read("pipeline.memspec", "temporary");
    for (const name of ["layOut", "makeDocument", "tokenize"]) expect(bytesWith(read, name)).toBeGreaterThan(5_000_000);
  });

  test("all five views are there", () => {
    expect(played().outputs).toHaveLength(7);
    expect(played().output("memspec timeline")).toContain("used, all JavaScript heaps together");
    expect(played().output("memspec stats")).toContain("Functions that allocated most");
  });
});
