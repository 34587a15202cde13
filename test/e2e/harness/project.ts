/** A temporary project below an installation. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Paths relative to the project's root, `/` as separator, to what the file holds. */
export type ProjectFiles = Readonly<Record<string, string>>;

export interface Project {
  readonly root: string;
  write(files: ProjectFiles): void;
  remove(): void;
}

export function makeProject(installationRoot: string, files: ProjectFiles): Project {
  const root = mkdtempSync(path.join(installationRoot, "project-"));
  const write = (more: ProjectFiles): void => {
    for (const [name, text] of Object.entries(more)) {
      const file = path.join(root, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  };
  write({ "package.json": `{ "name": "project", "private": true, "type": "module" }\n`, ...files });
  return { root, write, remove: () => rmSync(root, { recursive: true, force: true }) };
}
