/** The sections of DWARF that say which function and line an address belongs to. DWARF 5 standard, chapter 7. */

import { type ByteSource, sourceOf } from "./byte-source.js";
import type { ElfFile } from "./elf.js";

export interface DwarfSections {
  readonly info: ByteSource;
  readonly abbreviations: ByteSource;
  readonly lines: ByteSource;
  readonly strings: ByteSource;
  readonly lineStrings: ByteSource;
  readonly ranges: ByteSource;
  readonly rangeLists: ByteSource;
  readonly addresses: ByteSource;
  readonly stringOffsets: ByteSource;
}

/** @returns `null` when the file has none */
export function dwarfSectionsOf(elf: ElfFile): DwarfSections | null {
  const part = (name: string): ByteSource => elf.section(`.debug_${name}`)?.data() ?? sourceOf(new Uint8Array(0));
  const info = part("info");
  if (info.length === 0) return null;
  return {
    info,
    abbreviations: part("abbrev"),
    lines: part("line"),
    strings: part("str"),
    lineStrings: part("line_str"),
    ranges: part("ranges"),
    rangeLists: part("rnglists"),
    addresses: part("addr"),
    stringOffsets: part("str_offsets"),
  };
}
