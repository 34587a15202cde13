// The C++ files of the addon. Run by binding.gyp, which takes one path per line.
import { readdirSync } from "node:fs";
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

// gyp runs this through a link, so the whole paths differ.
if (process.argv[1]?.endsWith("/native/tools/sources.mjs")) console.log(nativeFiles([".cc"]).join("\n"));
