import { foreign, frame, measurement, site } from "./build.js";

/** A message is a text whose lines begin at the margin of the literal. */
export function text(strings: TemplateStringsArray): string {
  return (strings[0] ?? "").replace(/^\n/u, "").replace(/\n$/u, "");
}

const RUNNER = foreign("runner", "runTest", "/project/node_modules/@vitest/runner/dist/index.js");
const NODE = foreign("node", "processTicksAndRejections", "node:internal/process/task_queues");

export const PARSER = measurement({
  heap: { allocatedBytes: 12_310_448 },
  buffers: { allocatedBytes: 49_000_000 },
  total: { allocatedBytes: 61_310_448 },
  coverage: 0.97,
  sites: [
    site({
      space: "buffers",
      bytes: 49_000_000,
      stack: [
        foreign("node", "Buffer.alloc", "node:buffer"),
        frame("readChunks", "src/reader.ts", 14, 18),
        frame("parse", "src/parse.ts", 30, 5),
        { ...frame("", "", 1, 1), file: "" },
        RUNNER,
        RUNNER,
        NODE,
      ],
    }),
    site({
      space: "heap",
      bytes: 9_800_000,
      stack: [frame("tokenise", "src/tokens.ts", 8, 12), frame("parse", "src/parse.ts", 31, 3), RUNNER],
    }),
    site({
      space: "heap",
      bytes: 1_200_000,
      stack: [{ ...frame("visit", "src/tree.ts", 3, 1), lineIsFunction: true }],
    }),
    site({ space: "heap", bytes: 300_000, stack: [frame("join", "src/join.ts", 1, 1)] }),
    site({ space: "heap", bytes: 200_000, stack: [frame("split", "src/split.ts", 2, 2)] }),
  ],
});
