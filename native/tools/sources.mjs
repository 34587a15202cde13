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
 * A file for each room that includes all of the room's among `files`, in `folder`: a build takes a third of the time, for most of it
 * goes into the headers of V8 and of the standard library. So a name may stand for one thing only in a room, its unnamed
 * namespaces included.
 *
 * @param {string} folder
 * @param {readonly string[]} files as `nativeFiles` gives them; to be compiled with `-I native`
 * @returns {string[]} paths of the files that were written
 */
export function writeUnits(folder, files) {
  const rooms = new Map();
  for (const file of files) {
    const [, room] = file.split("/");
    rooms.set(room, [...(rooms.get(room) ?? []), file]);
  }
  mkdirSync(folder, { recursive: true });
  return [...rooms].map(([room, own]) => {
    const unit = path.join(folder, `${room}.cc`);
    writeFileSync(unit, own.map((file) => `#include "${file.slice("native/".length)}"\n`).join(""));
    return unit;
  });
}

// gyp runs this through a link, so the whole paths differ.
if (process.argv[1]?.endsWith("/native/tools/sources.mjs")) {
  console.log(writeUnits("units", nativeFiles([".cc"])).join("\n"));
}
