// Prints how many milliseconds a program's work took. `plain`: untracked; `tracked`: inside a measurement with sampled stacks.
//   node bench/programs/run.mjs <plain|tracked> <module that exports work()>
import { pathToFileURL } from "node:url";

const [variant, module] = process.argv.slice(2);
const { work } = await import(pathToFileURL(module).href);
let elapsedMs = 0;
const timed = () => {
  const started = performance.now();
  work();
  elapsedMs = performance.now() - started;
};
timed();
if (variant === "tracked") {
  const { measure } = await import("@memspec/core");
  const { capabilities, sites } = measure(timed);
  if (!capabilities.native.available) throw new Error(`nothing native was tracked: ${capabilities.native.reason}`);
  if (sites.length === 0) throw new Error("no stack was sampled");
} else {
  timed();
}
console.log(elapsedMs);
