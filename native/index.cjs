"use strict";
// Finds and loads the tracker's binary for this platform and Node ABI. Never throws: where there is none, the reason is returned.

const fs = require("node:fs");
const path = require("node:path");

const SUPPORTED_ARCHITECTURES = ["x64", "arm64"];

/** `MEMSPEC_ADDON`: a path loads that binary instead; "off" loads none. */
const OVERRIDE = "MEMSPEC_ADDON";

let result;

function load() {
  result ??= find();
  return result;
}

function find() {
  const override = process.env[OVERRIDE];
  if (override === "off") return { error: `the native tracker is switched off (${OVERRIDE}=off)` };
  if (override) return open(path.resolve(override), ` (named by ${OVERRIDE})`);

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

/** glibc names its version in Node's report; asking for the network interfaces would make the report slow. */
function runsOnGlibc() {
  const excluded = process.report.excludeNetwork;
  process.report.excludeNetwork = true;
  try {
    return process.report.getReport().header.glibcVersionRuntime !== undefined;
  } finally {
    process.report.excludeNetwork = excluded;
  }
}

module.exports = { load };
