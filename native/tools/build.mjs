// Builds the addon for one Node (default: the one that runs this) into native/prebuilds/. Quick when nothing changed.
//   node native/tools/build.mjs [--node <binary>] [--debug] [--sanitize address] [--force] [--verbose]
import path from "node:path";
import { parseArgs } from "node:util";
import { buildAddon, checkLoads } from "./build-addon.mjs";
import { describeNode } from "./node-binary.mjs";
import { repositoryRoot } from "./sources.mjs";

const { values } = parseArgs({
  options: {
    node: { type: "string", default: process.execPath },
    debug: { type: "boolean", default: false },
    sanitize: { type: "string", default: "" },
    force: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});

const node = describeNode(values.node);
const started = Date.now();
const { file, built } = buildAddon(node, values);
const shown = path.relative(repositoryRoot, file);
if (built) {
  // A sanitized binary loads only when its runtime was preloaded.
  if (!values.sanitize) checkLoads(node, file);
  console.log(`built ${shown} for Node ${node.version} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
} else {
  console.log(`${shown} is up to date`);
}
