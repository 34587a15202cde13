// A program by itself, as long as is asked for: nothing is timed here.
//   node bench/programs/repeat.mjs <module that exports work()> <times>
import { pathToFileURL } from "node:url";

const [module, times] = process.argv.slice(2);
const { work } = await import(pathToFileURL(module).href);
for (let time = 0; time < Number(times); time++) work();
