// Damaged heap snapshots against the reader and all that is asked of a graph, under the address and undefined behaviour sanitizers.
//   node test/native/graph/fuzz/fuzz.mjs [--seconds 600] [--seed 1] [--snapshot file]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeHeapSnapshot } from "node:v8";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    seed: { type: "string", default: "1" },
    snapshot: { type: "string", multiple: true, default: [] },
  },
});
const root = fileURLToPath(new URL("../../../../", import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), "memspec-fuzz-"));
const sources = (folder) =>
  readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith(".cc"))
    .map((name) => path.join(root, folder, name));

function run(command, args) {
  const { status, signal } = spawnSync(command, args, { stdio: "inherit" });
  return status ?? `signal ${signal}`;
}

let code = 1;
try {
  const program = path.join(scratch, "fuzz");
  const files = [
    ...sources("native/base"),
    ...sources("native/graph"),
    path.join(root, "test/native/graph/written.cc"),
    path.join(root, "test/native/graph/fuzz/fuzz.cc"),
  ];
  const flags = ["-std=c++20", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
  const include = ["native", "test/native", "test/native/graph"].flatMap((folder) => ["-I", path.join(root, folder)]);
  if (run("g++", [...flags, ...include, ...files, "-o", program, "-pthread"]) !== 0)
    throw new Error("it does not build");
  const own = writeHeapSnapshot(path.join(scratch, "own.heapsnapshot"));
  const outcome = run(program, [values.seconds, values.seed, own, ...values.snapshot]);
  console.log(outcome === 0 ? "No crash, no hang, no more memory than stated." : `FAILED: ${outcome}`);
  code = outcome === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = code;
