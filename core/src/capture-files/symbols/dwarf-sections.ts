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
  readonly addressRanges: ByteSource;
}

/** Each is read, and inflated where the file has it compressed, when it is first asked for. @returns `null` when the file has none */
export function dwarfSectionsOf(elf: ElfFile): DwarfSections | null {
  const part = (name: string): ByteSource => elf.section(`.debug_${name}`)?.data() ?? sourceOf(new Uint8Array(0));
  if (part("info").length === 0) return null;
  return {
    get info() {
      return part("info");
    },
    get abbreviations() {
      return part("abbrev");
    },
    get lines() {
      return part("line");
    },
    get strings() {
      return part("str");
    },
    get lineStrings() {
      return part("line_str");
    },
    get ranges() {
      return part("ranges");
    },
    get rangeLists() {
      return part("rnglists");
    },
    get addresses() {
      return part("addr");
    },
    get stringOffsets() {
      return part("str_offsets");
    },
    get addressRanges() {
      return part("aranges");
    },
  };
}
