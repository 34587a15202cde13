// Compiles the addon for one Node binary, in a folder of its own, so that each ABI and each kind of build is incremental.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import path from "node:path";
import { nativeFiles, repositoryRoot } from "./sources.mjs";

const nodeGyp = createRequire(import.meta.url).resolve("node-gyp/bin/node-gyp.js");

/** The compiler or loader has said why; a stack of ours would bury it. */
export class BuildFailure extends Error {}

/**
 * @param {ReturnType<import("./node-binary.mjs").describeNode>} node
 * @param {{ debug?: boolean, sanitize?: string, verbose?: boolean, force?: boolean }} options `sanitize`: for example "address"
 * @returns {{ file: string, built: boolean }} the binary, and whether it had to be built
 */
export function buildAddon(node, { debug = false, sanitize = "", verbose = false, force = false } = {}) {
  const kind = `${debug ? "-debug" : ""}${sanitize ? `-${sanitize.replaceAll(",", "-")}` : ""}`;
  // Only what may be published lies in prebuilds/.
  const folder = kind === "" ? "native/prebuilds" : "build";
  const file = path.join(repositoryRoot, `${folder}/${node.target}/abi${node.abi}${kind}.node`);
  const stage = path.join(repositoryRoot, `.cache/addon-${node.target}-abi${node.abi}${kind}`);
  const configuration = hash(
    [node.version, node.headers ?? "", sanitize, ...nativeFiles([".cc"])],
    ["binding.gyp", "native/tools/sources.mjs"],
  );
  const contents = hash([configuration], ["native/package.json", ...nativeFiles([".cc", ".h"])]);
  const stamp = path.join(stage, "built");
  if (!force && existsSync(file) && readIfThere(stamp) === contents) return { file, built: false };

  if (readIfThere(path.join(stage, "configured")) !== configuration) {
    rmSync(stage, { recursive: true, force: true });
    mkdirSync(stage, { recursive: true });
    symlinkSync(path.join(repositoryRoot, "native"), path.join(stage, "native"));
    copyFileSync(path.join(repositoryRoot, "binding.gyp"), path.join(stage, "binding.gyp"));
    const headers = node.headers ? [`--nodedir=${node.headers}`] : [`--target=${node.version}`];
    run(
      stage,
      [
        "configure",
        ...headers,
        debug ? "--debug" : "--release",
        ...(sanitize ? ["--", `-Dmemspec_sanitize=${sanitize}`] : []),
      ],
      verbose,
    );
    writeFileSync(path.join(stage, "configured"), configuration);
  }
  rmSync(stamp, { force: true });
  run(stage, ["build", debug ? "--debug" : "--release", "--jobs", String(availableParallelism())], verbose);

  const result = path.join(stage, `build/${debug ? "Debug" : "Release"}/memspec.node`);
  // A sanitized binary loads only when the sanitizer's runtime was preloaded.
  if (sanitize === "") checkLoads(node, result);
  mkdirSync(path.dirname(file), { recursive: true });
  // A new inode: a process that has the old binary mapped keeps it whole.
  copyFileSync(result, `${file}.new`);
  renameSync(`${file}.new`, file);
  writeFileSync(stamp, contents);
  return { file, built: true };
}

/** A binary that its own Node cannot load is no result. */
function checkLoads(node, file) {
  const { status, stderr } = spawnSync(node.executable, ["-e", `require(${JSON.stringify(file)})`], {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (status === 0) return;
  const reason = /^Error: .*$/m.exec(stderr)?.[0] ?? stderr;
  throw new BuildFailure(`the addon was built and does not load in Node ${node.version}: ${reason}`);
}

function run(stage, args, verbose) {
  const env = { ...process.env };
  // npm hands its own `nodedir` down, which is that of the Node that runs npm.
  for (const name of Object.keys(env)) if (name.toLowerCase() === "npm_config_nodedir") delete env[name];
  const { status } = spawnSync(
    process.execPath,
    [nodeGyp, verbose ? "--loglevel=verbose" : "--loglevel=error", ...args],
    { cwd: stage, env, stdio: ["ignore", verbose ? "inherit" : "ignore", "inherit"] },
  );
  if (status !== 0) throw new BuildFailure(`node-gyp ${args[0]} failed: see the compiler's messages above`);
}

function hash(strings, files) {
  const sum = createHash("sha256");
  for (const string of strings) sum.update(`${string}\0`);
  for (const file of files)
    sum
      .update(`${file}\0`)
      .update(readFileSync(path.join(repositoryRoot, file)))
      .update("\0");
  return sum.digest("hex");
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
