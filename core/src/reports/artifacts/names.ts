/** Names of files for tests: safe on every file system, each once. Pure. */

import { testName } from "../run-summary.js";

/** Long enough to be known again, short enough for every file system with an ending. */
const LONGEST = 120;

/** What Windows keeps for devices. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu;

/** A name for a file or a folder: what a shell, a URL or another system could misread is "_". */
export function safeName(text: string): string {
  // Cut between whole characters, and with no half of an ending left.
  const name = [...text.normalize("NFC").replaceAll(/[^\p{L}\p{N}\p{M}._ ()+,=@-]/gu, "_")].slice(0, LONGEST).join("");
  const trimmed = name.replaceAll(/^[. ]+|[. ]+$/gu, (ends) => "_".repeat(ends.trim() === "" ? 0 : 1));
  if (trimmed === "") return "_";
  return RESERVED.test(trimmed) ? `_${trimmed}` : trimmed;
}

/** Gives out names; the second of the same kind gets a number. */
export interface ArtifactNames {
  /**
   * @param project `null`: it has none
   * @param file path of the test file, relative to the root where it lies below it
   * @param test names of the blocks and the test; `null`: the file as a whole
   * @returns a path with "/" between its parts, without an ending
   */
  nameFor(project: string | null, file: string, test: readonly string[] | null): string;
}

export function createArtifactNames(): ArtifactNames {
  const taken = new Set<string>();
  return {
    nameFor(project, file, test) {
      const folders = [...(project === null ? [] : [project]), ...file.split(/[\\/]+/u)].filter((part) => part !== "");
      const own = test === null ? [] : [testName(test).replaceAll(" > ", " - ")];
      const base = [...folders, ...own].map(safeName).join("/");
      // File systems that do not tell cases apart would make one file of two.
      for (let number = 1; ; number += 1) {
        const name = number === 1 ? base : `${base} (${number})`;
        const key = name.toLowerCase();
        if (taken.has(key)) continue;
        taken.add(key);
        return name;
      }
    },
  };
}
