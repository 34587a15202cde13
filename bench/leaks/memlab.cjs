// Looks for leaks in the three snapshots argv[3..5] with the copy of memlab in the folder argv[2], by
// memlab's own rules; prints how long that took.
const { createRequire } = require("node:module");

const [folder, ...snapshots] = process.argv.slice(2);
const { findLeaksBySnapshotFilePaths } = createRequire(`${folder}/package.json`)("@memlab/api");
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;

async function run() {
  const started = process.hrtime.bigint();
  const used = process.cpuUsage();
  const leaks = await findLeaksBySnapshotFilePaths(...snapshots, { workDir: `${folder}/work` });
  const wall = Number(process.hrtime.bigint() - started) / 1e6;
  const { user, system } = process.cpuUsage(used);
  // The function is clean; that memlab may take modules of Node's for leaks costs it no time to speak of.
  if (!Array.isArray(leaks)) throw new Error("memlab did not look for leaks");
  write(`${JSON.stringify([{ wall, cpu: (user + system) / 1000 }])}\n`);
}

void run();
