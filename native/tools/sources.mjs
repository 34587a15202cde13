// The C++ files of the addon. Run by binding.gyp, in the folder of the build, which takes one path per line.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const repositoryRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** Paths relative to the repository, sorted, of the files below `native/` that end in one of `extensions`. */
export function nativeFiles(extensions) {
  return readdirSync(path.join(repositoryRoot, "native"), { recursive: true })
    .map((name) => `native/${name.replaceAll(path.sep, "/")}`)
    .filter((name) => extensions.some((extension) => name.endsWith(extension)))
    .sort();
}

/**
 * A file for each room that includes all of the room's, below `folder`: a build takes a third of the time, for most of it goes
 * into the headers of V8 and of the standard library. So a name may stand for one thing only in a room, its unnamed namespaces included.
 */
function writeUnits(folder) {
  const rooms = new Map();
  for (const file of nativeFiles([".cc"])) {
    const [, room] = file.split("/");
    rooms.set(room, [...(rooms.get(room) ?? []), file]);
  }
  mkdirSync(path.join(folder, "units"), { recursive: true });
  return [...rooms].map(([room, files]) => {
    const unit = `units/${room}.cc`;
    const lines = files.map((file) => `#include "${file.slice("native/".length)}"\n`);
    writeFileSync(path.join(folder, unit), lines.join(""));
    return unit;
  });
}

// gyp runs this through a link, so the whole paths differ.
if (process.argv[1]?.endsWith("/native/tools/sources.mjs")) console.log(writeUnits(process.cwd()).join("\n"));
