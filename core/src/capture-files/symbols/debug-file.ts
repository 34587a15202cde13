/** Where a stripped file's debug information lies, by the conventions of GDB. */

import path from "node:path";
import { crc32 } from "node:zlib";
import type { ByteSource } from "./byte-source.js";
import { type ElfFile, readElf } from "./elf.js";
import { openFile } from "./file-source.js";

const ROOT = "/usr/lib/debug";
const CHUNK = 1 << 20;

/** @returns the file that has the sections; `null`: there is none, or it is of another build */
export function findDebugFile(file: string, elf: ElfFile, root: string = ROOT): ElfFile | null {
  if (elf.buildId !== "") {
    const { buildId } = elf;
    const found = openElf(path.join(root, ".build-id", buildId.slice(0, 2), `${buildId.slice(2)}.debug`));
    if (found?.elf.buildId === buildId) return found.elf;
  }
  if (elf.debugLink === null) return null;
  const { name, crc } = elf.debugLink;
  const folder = path.dirname(file);
  for (const place of [folder, path.join(folder, ".debug"), path.join(root, folder)]) {
    const candidate = path.join(place, name);
    const found = candidate === file ? null : openElf(candidate);
    if (found === null) continue;
    const isSame = elf.buildId === "" ? checksum(found.source) === crc : found.elf.buildId === elf.buildId;
    if (isSame) return found.elf;
  }
  return null;
}

export function openElf(file: string): { readonly elf: ElfFile; readonly source: ByteSource } | null {
  const source = openFile(file);
  if (source === null) return null;
  const elf = readElf(source);
  return elf === null ? null : { elf, source };
}

function checksum(source: ByteSource): number {
  let sum = 0;
  for (let offset = 0; offset < source.length; offset += CHUNK) sum = crc32(source.slice(offset, CHUNK), sum);
  return sum;
}
