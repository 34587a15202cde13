import { describe, expect, test } from "vitest";
import { type Build, OF_ANOTHER_NODE, sources, workshop } from "../cpp/run.js";

const here = "test/native/ledger";
const minutes = 60_000;

const builds: readonly Build[] = [
  { name: "plain", flags: ["-O2"], seeds: 300 },
  {
    name: "address and undefined behaviour sanitizers",
    flags: ["-O0", "-DMEMSPEC_CHECK_LOCKS", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    seeds: 60,
  },
  { name: "thread sanitizer", flags: ["-O1", "-DMEMSPEC_CHECK_LOCKS", "-fsanitize=thread"], seeds: 60 },
];

const { compile, test: runTests } = workshop(here);

const ledger = async () => [...(await sources("native/base")), ...(await sources("native/ledger"))];

describe.skipIf(OF_ANOTHER_NODE)("the ledger, alone, without V8 and Node", () => {
  test.each(builds)(
    "holds to its definitions on one thread and on eight ($name)",
    async (build) => {
      const tests = await sources(here, (file) => file !== "bench.cc");
      expect(await runTests(build, [...(await ledger()), ...tests])).toEqual([
        expect.stringMatching(/^\d\d tests, 0 failed$/),
        "",
      ]);
    },
    8 * minutes,
  );

  test(
    "has a benchmark that compiles",
    async () => {
      await compile("bench", ["-O0"], [...(await ledger()), `${here}/bench.cc`]);
    },
    3 * minutes,
  );
});
