// Makes the binaries that are published: one for each supported Node major, on this platform. Each is loaded by its own Node.
//   node native/tools/prebuild.mjs [--only 22,26] [--force]
import { statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildAddon } from "./build-addon.mjs";
import { nodeOfMajor, SUPPORTED_MAJORS } from "./node-versions.mjs";
import { repositoryRoot } from "./sources.mjs";

const { values } = parseArgs({
  options: { only: { type: "string" }, force: { type: "boolean", default: false } },
});
const majors = values.only === undefined ? SUPPORTED_MAJORS : values.only.split(",").map(Number);

for (const major of majors) {
  const node = nodeOfMajor(major);
  const { file, built } = buildAddon(node, { force: values.force });
  const size = `${(statSync(file).size / 1000).toFixed(0)} kB`;
  console.log(
    `Node ${node.version}, ABI ${node.abi}: ${path.relative(repositoryRoot, file)}, ${size}, ${built ? "built, and loads" : "up to date"}`,
  );
}
