/** The top sites name the original function, file and line of TypeScript sources, for heap, buffers and native memory alike. */

import { describe, expect, test } from "vitest";
import { errorsOf, pools, runVitest, statesOf, type VitestRun } from "./run-vitest.js";

/** Types, enums and overloads, of which nothing is left in what runs: lines of the two differ. */
const heavy = `
import { createHash } from "node:crypto";
import { brotliCompressSync } from "node:zlib";

export interface Parsed {
  readonly words: readonly string[];
  readonly count: number;
}

type Callback<T> =
  | ((value: T) => void)
  | undefined;

export function parseCold( // cold function
  text: string,
  callback?: Callback<Parsed>,
): Parsed {
  const words: string[][] = [];
  for (let index = 0; index < 40; index += 1) {
    words.push(new Array<string>(2_000).fill(text)); // cold line
  }
  const parsed: Parsed = { words: words[0] ?? [], count: words.length };
  callback?.(parsed);
  return parsed;
}

interface Counted { readonly count: number }

export function parseHot( // hot function
  text: string,
): Counted {
  const words: string[][] = [];
  for (let index = 0; index < 20_000; index += 1) {
    words.push(new Array<string>(20).fill(text)); // hot line
  }
  return { count: words.length };
}

export const readAll = (
  sizes: readonly number[],
): readonly Buffer[] => {
  type Chunk = Buffer;
  return sizes.map((size): Chunk => {
    return Buffer.alloc(size); // buffers line
  });
};

interface Named { readonly name: string }

export class Packer implements Named {
  declare private readonly secret: string;
  readonly name: string = "packer";

  pack(data: Uint8Array): number {
    const digest: string = createHash("sha1").update(data).digest("hex");
    return brotliCompressSync(data).byteLength + digest.length; // native line
  }
}
`;

function lineOf(marker: string): number {
  return heavy.split("\n").findIndex((line) => line.includes(marker)) + 1;
}

const files = {
  "src/heavy.ts": heavy,
  "sites.test.ts": `
import { expect, test } from "vitest";
import { Packer, parseCold, parseHot, readAll } from "./src/heavy.js";

interface Unused { readonly nothing: true }

test("cold heap", () => { expect(() => parseCold("word")).toAllocateLessThan("1kB", { space: "heap" }); });
test("hot heap", () => {
  for (let call = 0; call < 20; call += 1) parseHot("word");
  expect(() => parseHot("word")).toAllocateLessThan("1kB", { space: "heap" });
});
test("buffers", () => { expect(() => readAll([1_000_000, 2_000_000])).toAllocateLessThan("1kB", { space: "buffers" }); });
test("native", () => {
  const data = new Uint8Array(100_000);
  const packer = new Packer();
  expect(() => packer.pack(data)).toAllocateLessThan("1kB", { space: "native" });
});
`,
};

interface NamedPlace {
  readonly space: string | undefined;
  readonly name: string | undefined;
  readonly file: string | undefined;
  readonly line: number;
  /** The message says that the line is only where the function begins. */
  readonly isFunction: boolean;
}

/** The place that a message names first. */
function topPlace(run: VitestRun, name: string): NamedPlace & { readonly message: string } {
  const message = errorsOf(run, `sites.test.ts > ${name}`).join("\n");
  const [, space, functionName, file, line, marked] =
    /^ +~?[\d.,]+ k?M?B +[<>]?\d+% +(\w+) +(.+?) {2,}(\S+?):(\d+):\d+( \(function\))?$/m.exec(message) ?? [];
  return { space, name: functionName, file, line: Number(line), isFunction: marked !== undefined, message };
}

describe.each(pools)("in %s", (pool) => {
  test("a failing assertion's message names original functions and lines", async () => {
    const run = await runVitest({ files, pool });
    expect(statesOf(run)).toEqual(
      ["cold heap", "hot heap", "buffers", "native"].map((name) => `sites.test.ts > ${name}: failed`),
    );
    for (const [test, space, name, marker] of [
      ["cold heap", "heap", "parseCold", "// cold line"],
      ["buffers", "buffers", /^(?:readAll|\(anonymous\))$/, "// buffers line"],
      ["native", "native", /^(?:Packer\.)?pack$/, "// native line"],
    ] as const) {
      expect(topPlace(run, test)).toMatchObject({
        space,
        name: typeof name === "string" ? name : expect.stringMatching(name),
        file: "src/heavy.ts",
        line: lineOf(marker),
        isFunction: false,
      });
    }
    // Where V8 has compiled a function for speed, lines of its heap allocations may be lost: then the site has to say so.
    const hot = topPlace(run, "hot heap");
    expect(hot).toMatchObject({ space: "heap", name: "parseHot", file: "src/heavy.ts" });
    expect(hot.line).toBe(lineOf(hot.isFunction ? "// hot function" : "// hot line"));
  });
});
