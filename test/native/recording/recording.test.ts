import { describe, expect, test } from "vitest";
import { type Build, OF_ANOTHER_NODE, sources, workshop } from "../cpp/run.js";

const here = "test/native/recording";
const minutes = 60_000;

const builds: readonly Build[] = [
  { name: "plain", flags: ["-O2"], seeds: 1000 },
  {
    name: "address and undefined behaviour sanitizers",
    flags: ["-O0", "-DMEMSPEC_CHECK_LOCKS", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    seeds: 60,
  },
  { name: "thread sanitizer", flags: ["-O1", "-DMEMSPEC_CHECK_LOCKS", "-fsanitize=thread"], seeds: 60 },
];

const { test: runTests } = workshop(here);

describe.skipIf(OF_ANOTHER_NODE)("the recording, alone, without V8 and Node", () => {
  test.each(builds)(
    "writes what it is told, and sums it up by the definitions ($name)",
    async (build) => {
      const rooms = await Promise.all(["base", "ledger", "recording"].map((room) => sources(`native/${room}`)));
      expect(await runTests(build, [...rooms.flat(), ...(await sources(here))])).toEqual([
        expect.stringMatching(/^\d+ tests, 0 failed$/),
        "",
      ]);
    },
    8 * minutes,
  );
});
