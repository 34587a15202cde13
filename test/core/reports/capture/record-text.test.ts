import { expect, test } from "vitest";
import { recordText, stackText } from "../../../../core/src/reports/capture/record-text.js";
import { LIBRARY, MAIN, READ, ROOT } from "./hand-made.js";

test.each([
  [
    {
      type: "allocation",
      space: "native",
      address: 0x7f00aa10,
      bytes: 1000,
      thread: 1,
      allocator: "malloc",
      stack: 12,
    },
    "allocation space=native address=0x7f00aa10 bytes=1000 thread=1 allocator=malloc stack=12",
  ],
  [{ type: "free", address: 16, thread: 2 }, "free address=0x10 thread=2"],
  [
    {
      type: "levels",
      timeUs: 10,
      rss: 1,
      buffers: 2,
      native: 3,
      engine: 4,
      heaps: [{ isolate: 1, used: 5, committed: 6 }],
    },
    "levels timeUs=10 rss=1 buffers=2 native=3 engine=4 heaps=1:5/6",
  ],
  [{ type: "missed", count: 7 }, "missed count=7"],
] as const)("%j is one line", (record, line) => {
  expect(recordText(record)).toBe(line);
});

test("a stack is its frames, innermost first, below the record", () => {
  expect(stackText([LIBRARY, READ, MAIN], ROOT)).toEqual([
    "    png_malloc  libpng16.so.16",
    "    readFileSync  node:fs:441:3",
    "    main  src/app.js:10:3",
  ]);
});
