import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const ROOT: string = path.join(import.meta.dirname, "../..");

export interface SourceFile {
  /** Relative to the root, "/" as separator. */
  readonly file: string;
  readonly text: string;
}

const NOT_OURS = new Set(["node_modules", "build", "dist", "prebuilds", ".cache", "coverage", ".tmp"]);

/** Files below a folder whose names end in one of the endings, without what is built or installed. */
export function sourcesBelow(folder: string, endings: readonly string[]): readonly SourceFile[] {
  const found: SourceFile[] = [];
  const visit = (relative: string): void => {
    for (const entry of readdirSync(path.join(ROOT, relative), { withFileTypes: true })) {
      const file = relative === "" ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!NOT_OURS.has(entry.name)) visit(file);
      } else if (endings.some((ending) => entry.name.endsWith(ending))) {
        found.push({ file, text: readFileSync(path.join(ROOT, file), "utf8") });
      }
    }
  };
  visit(folder);
  return found.sort((a, b) => (a.file < b.file ? -1 : 1));
}
