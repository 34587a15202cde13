// Prints the nanoseconds of one loop.
//   node bench/pairs/run.mjs <plain|tracked> <number of pairs>
import { createRequire } from "node:module";

const { pairs } = createRequire(import.meta.url)("./build/Release/pairs.node");
const [variant, count] = process.argv.slice(2);
pairs(10_000);
if (variant === "tracked") {
  const { measure } = await import("@memspec/core");
  let nanoseconds = 0;
  const { native, sites } = measure(() => {
    nanoseconds = pairs(Number(count));
  });
  // The loop's own allocations, and the list of what is kept.
  if (native.allocationCount < Number(count))
    throw new Error(`only ${native.allocationCount} allocations were counted`);
  if (sites.length === 0) throw new Error("no stack was sampled");
  console.log(nanoseconds);
} else {
  console.log(pairs(Number(count)));
}
