"use strict";
// Finds and loads the tracker's binary for this platform and Node ABI. Never throws: where there is none, the reason is returned.

const fs = require("node:fs");
const path = require("node:path");

const SUPPORTED_ARCHITECTURES = ["x64", "arm64"];

/** `MEMSPEC_ADDON`: a path loads that binary instead; "off" loads none. */
const OVERRIDE = "MEMSPEC_ADDON";

/** `<process id>:<path>`: whoever recorded this process from its start has loaded that binary. Two in one process would count past each other. */
const IN_USE = "MEMSPEC_ADDON_IN_USE";

let result;

function load() {
  result ??= find();
  return result;
}

function find() {
  const override = process.env[OVERRIDE];
  if (override === "off") return { error: `the native tracker is switched off (${OVERRIDE}=off)` };
  if (override) return open(path.resolve(override), ` (named by ${OVERRIDE})`);
  const [, pid, used] = /^(\d+):(.+)$/u.exec(process.env[IN_USE] ?? "") ?? [];
  if (pid === String(process.pid)) return open(used, " (which records this process)");

  const running = `${process.platform}-${process.arch}`;
  if (process.platform !== "linux" || !SUPPORTED_ARCHITECTURES.includes(process.arch)) {
    return { error: `the native tracker runs on Linux x64 and arm64 with glibc, and this is ${running}` };
  }
  if (!runsOnGlibc()) {
    return { error: `the native tracker runs on Linux with glibc, and this Node (${running}) uses another C library` };
  }
  const relative = `prebuilds/${running}-glibc/abi${process.versions.modules}.node`;
  const file = path.join(__dirname, relative);
  if (!fs.existsSync(file)) {
    return {
      error:
        `@memspec/native has no binary for ${running}-glibc and Node ABI ${process.versions.modules} ` +
        `(Node ${process.versions.node}): looked for ${relative}`,
    };
  }
  return open(file, "");
}

function open(file, how) {
  try {
    return { binding: require(file), path: file };
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0];
    return {
      error:
        `the native tracker${how} did not load for ${process.platform}-${process.arch}, ` +
        `Node ABI ${process.versions.modules}: ${file}: ${reason}`,
    };
  }
}

/** The loader that Node's binary names is the C library's. Node's report knows the library, too, and takes ten times as long. */
function runsOnGlibc() {
  const start = Buffer.alloc(4096);
  let length = 0;
  try {
    const file = fs.openSync(process.execPath, "r");
    try {
      length = fs.readSync(file, start, 0, start.length, 0);
    } finally {
      fs.closeSync(file);
    }
  } catch {
    // A binary that cannot be read may be any; loading the addon will tell.
  }
  return !start.toString("latin1", 0, length).includes("/ld-musl-");
}

module.exports = { load };
