// Two programs with figures and sampled stacks, beside themselves without.
//
// The target is for figures and stacks, as `toAllocateLessThan` and the observation of whole runs take them: the program is
// left alone. A measurement of a peak begins with a collection, and after one V8 has to compile anew what it dropped,
// with memspec or without: that clean start, and a collection without memspec, have rows of their own.
import { fileURLToPath } from "node:url";
import { ratios, takeTurns } from "./compare.mjs";
import { outputOf, printedTime } from "./run-node.mjs";

/** What a limit of 256 MB or more leads to; these programs allocate more than that. */
export const INTERVAL_OF_LARGE_LIMITS = "512 KiB";

const file = (name) => fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));

export function benchPrograms(rounds, clock) {
  return ["native-heavy", "heap-heavy"].flatMap((program) => {
    const run =
      (...args) =>
      () =>
        printedTime(outputOf(process.execPath, [file("run"), args[0], file(program), ...args.slice(1)]), clock);
    const times = takeTurns(
      {
        plain: run("plain"),
        collected: run("collected"),
        limit: run("tracked", INTERVAL_OF_LARGE_LIMITS),
        default: run("tracked"),
        settled: run("settled", INTERVAL_OF_LARGE_LIMITS),
      },
      rounds,
    );
    return [
      {
        name: `${program} program, a stack every ${INTERVAL_OF_LARGE_LIMITS}`,
        ratio: ratios(times, "limit", "plain"),
        target: 1.15,
      },
      {
        name: `${program} program, a stack every 128 KiB (no limit)`,
        ratio: ratios(times, "default", "plain"),
      },
      {
        name: `${program} program, with a clean start and a stack every ${INTERVAL_OF_LARGE_LIMITS}`,
        ratio: ratios(times, "settled", "plain"),
      },
      { name: `${program} program, a collection first, no memspec`, ratio: ratios(times, "collected", "plain") },
    ];
  });
}
