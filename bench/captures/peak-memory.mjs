// Runs a command of ours in this process and prints, last, what it took: `{ wall, cpu, maxRss }`, in ms and bytes.
//   node bench/captures/peak-memory.mjs <script> [argument ...]
import { pathToFileURL } from "node:url";

const [, , script] = process.argv;
process.argv.splice(1, 2, script);
const began = performance.now();
process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  const took = {
    wall: performance.now() - began,
    cpu: (user + system) / 1000,
    maxRss: process.resourceUsage().maxRSS * 1024,
  };
  process.stdout.write(`\n${JSON.stringify(took)}\n`);
});
await import(pathToFileURL(script).href);
