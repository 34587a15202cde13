import { ownFrame } from "../errors/own-frame.js";
import { pathOfUrl } from "./source-path.js";

const PACKAGES = ["core", "native", "plugin-vitest", "plugin-jest"];

/**
 * Directories of memspec's own packages in its repository, where they do not lie below `node_modules/@memspec`.
 *
 * @param stack lines of `Error.stack` of a call from this package
 */
export function memspecRoots(stack: string): readonly string[] {
  for (const line of stack.split("\n")) {
    const place =
      /(?:\(|at (?:async )?)((?:file:\/\/)?[^()]*[\\/]core[\\/](?:src|dist)[\\/][^()]*?)(?:[?#][^:]*)?:\d+:\d+\)?$/u.exec(
        line,
      )?.[1];
    if (place === undefined) continue;
    const path = pathOfUrl(place).replaceAll("\\", "/");
    const root = path.slice(0, path.search(/\/core\/(?:src|dist)\//u) + 1);
    if (root.includes("/node_modules/")) return [];
    return PACKAGES.flatMap((name) => ["src", "dist", "prebuilds", "build"].map((sub) => `${root}${name}/${sub}/`));
  }
  return [];
}

/** As `memspecRoots`, for this very package: parts of the names of memspec's own scripts. */
export function memspecScripts(): readonly string[] {
  return memspecRoots(ownFrame());
}
