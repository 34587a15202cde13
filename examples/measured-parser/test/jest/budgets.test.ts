import { describe, expect, test } from "@jest/globals";
import { limitMemory } from "@memspec/jest";
import { archive } from "../../src/archive";
import { indexLines } from "../../src/lines";
import { parseLine } from "../../src/parse-line";
import { summarise } from "../../src/summarise";
import { readAccessLog } from "../access-log";

const file = readAccessLog();

describe("the parser", () => {
  test("a line costs less than 16 kB of heap once the code is warm", () => {
    const line = file.toString("latin1", 0, file.indexOf("\n"));
    expect(() => parseLine(line)).toAllocateLessThan("16 kB", { space: "heap", warmup: 300, runs: 5 });
  });

  test("a summary keeps next to nothing of the log alive", async () => {
    await expect(() => summarise(file).requests).toRetainLessThan("100 kB", { warmup: 2 });
  });

  test("a summary of all 9,000 requests stays below 32 MB, garbage included", () => {
    expect(() => summarise(file)).toPeakBelow("32 MB");
  });
});

describe("the index of lines", () => {
  test("is four bytes a line, in buffers", () => {
    expect(() => indexLines(file)).toAllocateLessThan(9_000 * 4 + 1, { space: "buffers" });
    expect(() => indexLines(file)).not.toAllocateLessThan(9_000 * 4, { space: "buffers" });
  });
});

describe("the archive", () => {
  test("zlib works in less than 300 kB of native memory, whatever the size of the log", () => {
    expect(() => archive(file)).toPeakBelow("300 kB", { space: "native" });
  });

  test(
    "reading and packing the log stays within 8 MB",
    limitMemory({ peak: "8 MB", space: ["buffers", "native"] }, () => {
      expect(archive(readAccessLog()).length).toBeLessThan(file.length / 5);
    }),
  );
});
