// Builds the addon for one Node (default: the one that runs this) into native/prebuilds/. Quick when nothing changed.
//   node native/tools/build.mjs [--node <binary>] [--debug] [--sanitize address] [--force] [--verbose]
import path from "node:path";
import { parseArgs } from "node:util";
import { BuildFailure, buildAddon } from "./build-addon.mjs";
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

const started = Date.now();
try {
  const node = describeNode(values.node);
  const { file, built } = buildAddon(node, values);
  const shown = path.relative(repositoryRoot, file);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(built ? `built ${shown} for Node ${node.version} in ${seconds} s` : `${shown} is up to date`);
} catch (error) {
  if (!(error instanceof BuildFailure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
