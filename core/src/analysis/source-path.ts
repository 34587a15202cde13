import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The path behind a script's name: of a `file:` URL its path; queries that bundlers append are cut off. */
export function pathOfUrl(url: string): string {
  if (url.startsWith("file:")) {
    try {
      return fileURLToPath(url);
    } catch {
      return url;
    }
  }
  return isAbsolute(url) ? url.replace(/[?#].*$/u, "") : url;
}

/** Directory part of a path, "" when it has none. */
function directoryOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return end < 0 ? "" : path.slice(0, end);
}

/**
 * The path of a source that a source map names, or of the map that a script names.
 *
 * @param name a path, relative to `base`, or a URL
 * @param base path of the file that has the name in it
 */
export function resolveSource(name: string, base: string): string {
  if (/^[a-z][a-z\d+.-]+:/iu.test(name)) return pathOfUrl(name);
  if (isAbsolute(name)) return name;
  return isAbsolute(base) ? resolve(directoryOf(base), decoded(name)) : name;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
