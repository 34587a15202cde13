import { describe, expect, test } from "vitest";
import { type Build, OF_ANOTHER_NODE, sources, workshop } from "../cpp/run.js";

const here = "test/native/graph";
const minutes = 60_000;

const builds: readonly Build[] = [
  { name: "plain", flags: ["-O2"], seeds: 1000 },
  {
    name: "address and undefined behaviour sanitizers",
    flags: ["-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    seeds: 100,
  },
];

const { test: runTests } = workshop(here);

describe.skipIf(OF_ANOTHER_NODE)("the heap graph, alone, without V8 and Node", () => {
  test.each(builds)(
    "holds to its definitions ($name)",
    async (build) => {
      const files = [...(await sources("native/base")), ...(await sources("native/graph")), ...(await sources(here))];
      expect(await runTests(build, files)).toEqual([expect.stringMatching(/^\d+ tests, 0 failed$/u), ""]);
    },
    8 * minutes,
  );
});
