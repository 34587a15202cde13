import path from "node:path";
import type { UnreadModule } from "../model/capture.js";
import type { NativeModule } from "../reading/definitions.js";
import { openElf } from "./debug-file.js";
import type { ElfFile } from "./elf.js";

/** A module's file, if it is the one that ran, or else why it is not to be had. */
export function fileThatRan({ path: file, buildId }: NativeModule): ElfFile | UnreadModule["reason"] {
  const opened = openElf(file);
  if (opened === null) return "missing";
  return opened.elf.buildId === buildId ? opened.elf : "changed";
}

/** Modules whose files are no longer those that ran. What is no file (the kernel's vDSO) has nothing to read at any time. */
export function unreadModules(modules: readonly NativeModule[]): readonly UnreadModule[] {
  return modules
    .filter((module) => path.isAbsolute(module.path))
    .flatMap((module) => {
      const file = fileThatRan(module);
      return typeof file === "string" ? [{ path: module.path, reason: file }] : [];
    });
}
