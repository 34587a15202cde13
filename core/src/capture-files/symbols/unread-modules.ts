import path from "node:path";
import type { UnreadModule } from "../model/capture.js";
import type { NativeModule } from "../reading/definitions.js";
import { openElf } from "./debug-file.js";

/** Modules whose files are no longer those that ran. What is no file (the kernel's vDSO) has nothing to read at any time. */
export function unreadModules(modules: readonly NativeModule[]): readonly UnreadModule[] {
  return modules
    .filter((module) => path.isAbsolute(module.path))
    .flatMap(({ path: file, buildId }): readonly UnreadModule[] => {
      const opened = openElf(file);
      if (opened === null) return [{ path: file, reason: "missing" }];
      return opened.elf.buildId === buildId ? [] : [{ path: file, reason: "changed" }];
    });
}
