import { describe, expect, test } from "vitest";
import { type Build, OF_ANOTHER_NODE, sources, workshop } from "../cpp/run.js";

const here = "test/native/packing";
const minutes = 60_000;

const builds: readonly Build[] = [
  { name: "plain", flags: ["-O2"], seeds: 1000 },
  {
    name: "address and undefined behaviour sanitizers",
    flags: ["-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    seeds: 300,
  },
];

const { test: runTests } = workshop(here);

describe.skipIf(OF_ANOTHER_NODE)("the packer, alone, without V8 and Node", () => {
  test.each(builds)(
    "keeps every event, and survives every payload ($name)",
    async (build) => {
      const decoder = await sources("test/native/recording", (file) => file === "decoder.cc");
      expect(
        await runTests(build, [...(await sources("native/packing")), ...decoder, ...(await sources(here))]),
      ).toEqual([expect.stringMatching(/^\d+ tests, 0 failed$/), ""]);
    },
    8 * minutes,
  );
});
