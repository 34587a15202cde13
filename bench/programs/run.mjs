// Prints the milliseconds of a program's work, as JSON: `{ wall, cpu }`. `plain`: untracked; `collected`: untracked, after a
// collection; `tracked`: inside a measurement with figures and sampled stacks; `settled`: the same with a clean start, a collection.
//   node bench/programs/run.mjs <plain|collected|tracked|settled> <module that exports work()> [interval of stack samples]
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const [variant, module, sampleInterval] = process.argv.slice(2);
const { work } = await import(pathToFileURL(module).href);
let time;
const timed = () => {
  const wall = performance.now();
  const before = process.cpuUsage();
  work();
  // Of all threads: collecting garbage is work, too.
  const { user, system } = process.cpuUsage(before);
  time = { wall: performance.now() - wall, cpu: (user + system) / 1000 };
};
timed();
if (variant === "tracked" || variant === "settled") {
  const { measure } = await import("@memspec/core");
  const { capabilities, sites } = measure(timed, {
    settle: variant === "settled",
    ...(sampleInterval === undefined ? {} : { sampleInterval }),
  });
  if (!capabilities.native.available) throw new Error(`nothing native was tracked: ${capabilities.native.reason}`);
  if (sites.length === 0) throw new Error("no stack was sampled");
} else {
  if (variant === "collected") {
    setFlagsFromString("--expose-gc");
    runInNewContext("gc")();
  }
  timed();
}
console.log(JSON.stringify(time));
