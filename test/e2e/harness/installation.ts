/**
 * What a user's `node_modules` would hold: memspec's packages as copies of what is published (so that runners treat them
 * as dependencies, which they do not with symlinks into a workspace), everything else as a symlink to the workspace's.
 */

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export interface Installation {
  /** Projects made below this folder find the packages. */
  readonly root: string;
  /** Names of packages of the workspace that are to be there, too. */
  add(packages: readonly string[]): void;
  remove(): void;
}

const workspace = fileURLToPath(new URL("../../../", import.meta.url));

const memspecPackages = {
  "@memspec/native": "native",
  "@memspec/core": "core",
  "@memspec/vitest": "plugin-vitest",
  "@memspec/jest": "plugin-jest",
} as const;

interface Manifest {
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;
}

/** The files that `npm pack` would take, as far as our manifests name them: plain folders and files, `!` ones left out by name. */
function copyPackage(source: string, target: string): void {
  mkdirSync(target, { recursive: true });
  cpSync(path.join(source, "package.json"), path.join(target, "package.json"));
  for (const entry of readManifest(source).files ?? []) {
    const from = path.join(source, entry);
    if (!entry.startsWith("!") && existsSync(from)) {
      cpSync(from, path.join(target, entry), { recursive: true });
    }
  }
}

/** Folder of an installed package, seen from the workspace. */
export function workspacePackage(name: string): string {
  return realpathSync(path.join(workspace, "node_modules", name));
}

/** Where Node would find a dependency of a package of the workspace. */
function dependencyOf(source: string, name: string): string {
  const own = path.join(source, "node_modules", name);
  return existsSync(own) ? realpathSync(own) : workspacePackage(name);
}

function link(folder: string, modules: string, name: string): void {
  const target = path.join(modules, name);
  mkdirSync(path.dirname(target), { recursive: true });
  if (!existsSync(target)) {
    symlinkSync(folder, target, "dir");
  }
}

/**
 * Makes an installation.
 *
 * @param packages - name to folder, of what the tests need beside memspec: the runner under test first of all.
 */
export function install(packages: Readonly<Record<string, string>>): Installation {
  const root = mkdtempSync(path.join(realpathSync(tmpdir()), "memspec-e2e-"));
  const modules = path.join(root, "node_modules");
  for (const [name, folder] of Object.entries(memspecPackages)) {
    const source = path.join(workspace, folder);
    copyPackage(source, path.join(modules, name));
    for (const dependency of Object.keys(readManifest(source).dependencies ?? {})) {
      if (!(dependency in memspecPackages)) {
        // Below the package itself: another version may be hoisted.
        link(dependencyOf(source, dependency), path.join(modules, name, "node_modules"), dependency);
      }
    }
  }
  for (const [name, folder] of Object.entries(packages)) {
    link(realpathSync(folder), modules, name);
  }
  const add = (names: readonly string[]): void => {
    for (const name of names) link(workspacePackage(name), modules, name);
  };
  return { root, add, remove: () => rmSync(root, { recursive: true, force: true }) };
}
