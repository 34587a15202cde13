// Builds the probe for the Node that runs this, with the product's own sources: V8's interface has no stable ABI.
//   node build.mjs    prints the path of the addon
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../../../..");

const sourcesIn = (folder, extension) =>
  readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith(extension))
    .map((name) => path.join(root, folder, name));

// Test files run at once, and each may find the probe out of date: nobody sees what another has not finished.
const unfinished = (file) => `${file}.${process.pid}`;

/** @returns {string} path of the probe addon for this Node, built when it is older than its sources */
export function buildProbe() {
  const out = path.join(root, `build/stacks-probe/abi${process.versions.modules}`);
  const headers = path.resolve(process.execPath, "../../include/node");
  mkdirSync(out, { recursive: true });
  const own = ["base", "hooks", "stacks"].map((room) => `native/${room}`);
  const units = [...own.flatMap((room) => sourcesIn(room, ".cc")), ...sourcesIn("test/native/stacks/probe", ".cc")];
  for (const sampler of ["sampler.cc", "sampling_profile.cc", "sample_matching.cc"]) {
    const file = path.join(root, "native/heap", sampler);
    if (existsSync(file)) units.push(file);
  }
  const included = [...own, "native/heap", "test/native/stacks/probe"].flatMap((folder) => sourcesIn(folder, ".h"));
  const newestHeader = Math.max(...included.map((file) => statSync(file).mtimeMs));
  const objectOf = (unit) => path.join(out, `${path.basename(path.dirname(unit))}-${path.basename(unit)}.o`);
  // Two that build at once begin with different units, and find the rest done by the other.
  const first = process.pid % units.length;
  for (const unit of [...units.slice(first), ...units.slice(0, first)]) {
    const object = objectOf(unit);
    if (existsSync(object) && statSync(object).mtimeMs >= Math.max(newestHeader, statSync(unit).mtimeMs)) continue;
    execFileSync(
      "g++",
      [...FLAGS, `-isystem${headers}`, `-I${path.join(root, "native")}`, "-c", unit, "-o", unfinished(object)],
      { stdio: ["ignore", "inherit", "inherit"] },
    );
    renameSync(unfinished(object), object);
  }
  const objects = units.map(objectOf);
  const addon = path.join(out, "probe.node");
  const newestObject = Math.max(...objects.map((object) => statSync(object).mtimeMs));
  if (!existsSync(addon) || statSync(addon).mtimeMs < newestObject) {
    const linked = unfinished(addon);
    execFileSync("g++", ["-shared", "-Wl,-z,nodelete", ...objects, "-o", linked], { stdio: "inherit" });
    renameSync(linked, addon);
  }
  return addon;
}

const FLAGS = [
  "-std=gnu++20",
  "-O2",
  "-g1",
  "-fPIC",
  "-fno-exceptions",
  "-fno-rtti",
  "-fno-omit-frame-pointer",
  "-ftls-model=initial-exec",
  "-fvisibility=hidden",
  "-Wall",
  "-Wextra",
  "-Wpedantic",
];

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(buildProbe());
