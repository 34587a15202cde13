// Builds the addon of known call chains, once for each set of compiler's options, each with its own second library.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import path from "node:path";

const here = import.meta.dirname;
const root = path.resolve(here, "../../../..");

export const VARIANTS = {
  "with frame pointers": ["-O2", "-fno-omit-frame-pointer"],
  "without frame pointers": ["-O2", "-fomit-frame-pointer"],
  "not optimised": ["-O0"],
  "not optimised, without frame pointers": ["-O0", "-fomit-frame-pointer"],
};

/** @returns {string} path of the addon */
export function buildChains(variant, extra = []) {
  const out = path.join(root, "build/chains", [...VARIANTS[variant], ...extra].join(""));
  const addon = path.join(out, "chains.node");
  const sources = ["chains.cc", "library.cc", "library.h"].map((name) => path.join(here, name));
  const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs));
  if (existsSync(addon) && statSync(addon).mtimeMs > newest) return addon;
  mkdirSync(out, { recursive: true });
  const headers = path.resolve(process.execPath, "../../include/node");
  const flags = ["-std=gnu++20", ...VARIANTS[variant], ...extra, "-fPIC", "-shared", "-pthread", "-Wall", "-Wextra"];
  const build = (source, to, rest) => {
    const unfinished = `${to}.${process.pid}`;
    execFileSync("g++", [...flags, path.join(here, source), "-o", unfinished, ...rest], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    renameSync(unfinished, to);
  };
  const library = path.join(out, "libchains.so");
  build("library.cc", library, ["-Wl,-soname,libchains.so"]);
  build("chains.cc", addon, ["-isystem", headers, "-DNAPI_VERSION=8", library, "-Wl,-rpath,$ORIGIN"]);
  return addon;
}
