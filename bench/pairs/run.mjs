// Prints the milliseconds of one loop, as JSON: `{ wall, cpu }`.
//   node bench/pairs/run.mjs <plain|tracked> <number of pairs> [interval of stack samples]
import { createRequire } from "node:module";

const { pairs } = createRequire(import.meta.url)("./build/Release/pairs.node");
const [variant, count, sampleInterval] = process.argv.slice(2);
pairs(10_000);
let time;
if (variant === "tracked") {
  const { measure } = await import("@memspec/core");
  const { native, sites } = measure(
    () => {
      time = pairs(Number(count));
    },
    sampleInterval === undefined ? {} : { sampleInterval },
  );
  // The loop's own allocations, and the list of what is kept.
  if (native.allocationCount < Number(count))
    throw new Error(`only ${native.allocationCount} allocations were counted`);
  if (sites.length === 0) throw new Error("no stack was sampled");
} else {
  time = pairs(Number(count));
}
console.log(JSON.stringify(time));
