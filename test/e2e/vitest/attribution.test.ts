/** The top sites name the original function, file and line of TypeScript sources, for heap, buffers and native memory alike. */

import { describe, expect, test } from "vitest";
import { errorsOf, pools, runVitest, statesOf } from "./run-vitest.js";

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

export function parseWords(
  text: string,
  callback?: Callback<Parsed>,
): Parsed {
  const words: string[][] = [];
  for (let index = 0; index < 20_000; index += 1) {
    words.push(new Array<string>(20).fill(text)); // heap line
  }
  const parsed: Parsed = { words: words[0] ?? [], count: words.length };
  callback?.(parsed);
  return parsed;
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
import { Packer, parseWords, readAll } from "./src/heavy.js";

interface Unused { readonly nothing: true }

test("heap", () => { expect(() => parseWords("word")).toAllocateLessThan("1kB", { space: "heap" }); });
test("buffers", () => { expect(() => readAll([1_000_000, 2_000_000])).toAllocateLessThan("1kB", { space: "buffers" }); });
test("native", () => {
  const data = new Uint8Array(100_000);
  const packer = new Packer();
  expect(() => packer.pack(data)).toAllocateLessThan("1kB", { space: "native" });
});
`,
};

/** The first place in the user's source that a message names. */
function topPlace(message: string): { readonly place: string | undefined; readonly message: string } {
  return { place: /src\/heavy\.ts:\d+/.exec(message)?.[0], message };
}

describe.each(pools)("in %s", (pool) => {
  test("a failing assertion's message names original functions and lines", async () => {
    const run = await runVitest({ files, pool });
    expect(statesOf(run)).toEqual(["heap", "buffers", "native"].map((name) => `sites.test.ts > ${name}: failed`));
    for (const [name, functionName, marker] of [
      ["heap", "parseWords", "// heap line"],
      ["buffers", "readAll", "// buffers line"],
      ["native", "pack", "// native line"],
    ] as const) {
      const message = errorsOf(run, `sites.test.ts > ${name}`).join("\n");
      expect(topPlace(message)).toEqual({ place: `src/heavy.ts:${lineOf(marker)}`, message });
      expect(message).toContain(functionName);
    }
  });
});
