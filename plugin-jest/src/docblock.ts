/** The limit of a whole file, written in its docblock: `@memory-limit 50MB` or `@memory-limit peak=50MB, allocated=1GB`. */

import type { DeclaredLimit, MemoryLimit } from "@memspec/core/adapter";
import { MemspecError } from "@memspec/core/adapter";

/** Pragmas of a test file's first comment, as jest-docblock parses them: a repeated pragma is an array. */
export type Pragmas = Readonly<Record<string, string | readonly string[]>>;

const PRAGMA = "memory-limit";
const SOURCE = `@${PRAGMA}`;
/** Spellings that can only be meant as the pragma, with letters alone and in lower case. */
const MISSPELT = new Set(["memorylimit", "memorylimits", "limitmemory", "memlimit"]);

/**
 * The limits that a docblock declares, in the order written. Values are not validated here: an unknown key or a wrong
 * size is found by the one validator of limits.
 *
 * @throws MemspecError `MEMSPEC_INVALID_LIMIT` for what is not `size` or `key=value, …`; `MEMSPEC_UNKNOWN_OPTION` for a misspelt pragma.
 */
export function docblockLimits(pragmas: Pragmas): DeclaredLimit[] {
  for (const name of Object.keys(pragmas)) {
    if (name !== PRAGMA && MISSPELT.has(name.toLowerCase().replace(/[^a-z]/g, ""))) {
      throw new MemspecError("MEMSPEC_UNKNOWN_OPTION", `The docblock has no pragma "@${name}".`, {
        value: `@${name}`,
        hint: `Did you mean "${SOURCE}"?`,
      });
    }
  }
  const written = pragmas[PRAGMA];
  if (written === undefined) return [];
  const lines = typeof written === "string" ? [written] : written;
  return lines.map((line) => ({ limit: parseLine(line.trim()), source: SOURCE }));
}

function parseLine(line: string): MemoryLimit {
  if (!line.includes("=")) {
    if (line === "" || line.includes(",")) throw malformed(line, line);
    return size(line);
  }
  const limits: Record<string, unknown> = {};
  for (const part of line.split(",")) {
    const match = /^\s*([A-Za-z]+)\s*=\s*(\S.*?)\s*$/.exec(part);
    const key = match?.[1];
    const value = match?.[2];
    if (key === undefined || value === undefined) throw malformed(line, part.trim());
    if (Object.hasOwn(limits, key)) {
      throw new MemspecError("MEMSPEC_INVALID_LIMIT", `"${SOURCE} ${line}" says "${key}" twice.`, {
        value: line,
        hint: `Write ${key} once, or write two ${SOURCE} lines: all of them are checked.`,
      });
    }
    limits[key] = key === "space" ? spaces(value) : size(value);
  }
  return limits as MemoryLimit;
}

/** Digits alone are bytes; all else is for `parseSize`. */
function size(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** Several spaces are joined by `+`, since the comma parts the keys. */
function spaces(text: string): string | string[] {
  return text.includes("+") ? text.split("+").map((space) => space.trim()) : text;
}

function malformed(line: string, part: string): MemspecError {
  return new MemspecError("MEMSPEC_INVALID_LIMIT", `"${SOURCE} ${line}" cannot be read at "${part}".`, {
    value: line,
    hint: `Write "${SOURCE} 50MB" or "${SOURCE} peak=50MB, allocated=1GB, space=heap+buffers". Text on the next line of the comment belongs to the pragma: put it above.`,
  });
}
