/** ELF files of 64 bits, little endian: sections, build id, the name of a separate debug file. System V ABI, "Object Files". */

import { inflateSync } from "node:zlib";
import { ByteReader } from "./byte-reader.js";
import { type ByteSource, partOf, sourceOf, textAt } from "./byte-source.js";

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly address: number;
  readonly size: number;
  /** Section that belongs to this one: the names of a symbol table. */
  readonly link: number;
  readonly data: () => ByteSource;
}

export interface ElfFile {
  readonly sections: readonly ElfSection[];
  /** Hexadecimal digits; "": none. */
  readonly buildId: string;
  readonly debugLink: { readonly name: string; readonly crc: number } | null;
  section(name: string): ElfSection | undefined;
}

export const SectionType = { symbols: 2, note: 7, noBits: 8, dynamicSymbols: 11 } as const;
const COMPRESSED = 0x800;
const ZLIB = 1;
const BUILD_ID = 3;
const SMALLEST_PIECE = 64;
const LARGEST_PIECE = 2 ** 27;
const HEADER_BYTES = 64;
const SECTION_BYTES = 64;

/** @returns `null` for what is no such file */
export function readElf(file: ByteSource): ElfFile | null {
  try {
    return parse(file);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function parse(file: ByteSource): ElfFile | null {
  const header = file.slice(0, HEADER_BYTES);
  const isElf = header[0] === 0x7f && header[1] === 0x45 && header[2] === 0x4c && header[3] === 0x46;
  if (header.length < HEADER_BYTES || !isElf || header[4] !== 2 || header[5] !== 1) return null;
  const reader = new ByteReader(header, 40);
  const tableOffset = reader.u64();
  reader.offset = 60;
  const count = reader.u16();
  const namesIndex = reader.u16();

  const table = new ByteReader(file.slice(tableOffset, count * SECTION_BYTES));
  const raw = Array.from({ length: count }, () => readSectionHeader(table));
  const names = raw[namesIndex];
  const sections = raw.map((one): ElfSection => {
    let data: ByteSource | undefined;
    return {
      name: names === undefined ? "" : textAt(partOf(file, names.offset, names.size), one.nameOffset),
      type: one.type,
      address: one.address,
      size: one.size,
      link: one.link,
      data: () => {
        data ??= dataOf(file, one);
        return data;
      },
    };
  });
  const section = (name: string): ElfSection | undefined =>
    sections.find((one) => one.name === name && one.type !== SectionType.noBits);
  return { sections, section, buildId: buildIdOf(sections), debugLink: debugLinkOf(section(".gnu_debuglink")) };
}

interface SectionHeader {
  readonly nameOffset: number;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

function readSectionHeader(reader: ByteReader): SectionHeader {
  const header = {
    nameOffset: reader.u32(),
    type: reader.u32(),
    flags: reader.u64(),
    address: reader.u64(),
    offset: reader.u64(),
    size: reader.u64(),
    link: reader.u32(),
  };
  reader.skip(20); // info, alignment, size of an entry
  return header;
}

function dataOf(file: ByteSource, header: SectionHeader): ByteSource {
  if (header.type === SectionType.noBits) return sourceOf(new Uint8Array(0));
  const stored = partOf(file, header.offset, header.size);
  if ((header.flags & COMPRESSED) === 0) return stored;
  const reader = new ByteReader(stored.slice(0, 24));
  const kind = reader.u32();
  reader.skip(4);
  const bytes = reader.u64();
  // Zstandard, the other kind, Node cannot read on all versions: such a section is as if it were not there.
  if (kind !== ZLIB) return sourceOf(new Uint8Array(0));
  // In one piece, where its length is told: zlib's own are small, and would have to be joined.
  const options = bytes >= SMALLEST_PIECE && bytes <= LARGEST_PIECE ? { chunkSize: bytes } : {};
  return sourceOf(inflateSync(stored.slice(24, header.size - 24), options));
}

function buildIdOf(sections: readonly ElfSection[]): string {
  for (const section of sections) {
    if (section.type !== SectionType.note) continue;
    const reader = new ByteReader(section.data().slice(0, section.size));
    while (reader.bytes.length - reader.offset >= 12) {
      const nameBytes = reader.u32();
      const dataBytes = reader.u32();
      const type = reader.u32();
      const name = reader.take(nameBytes);
      reader.skip(-nameBytes & 3);
      const data = reader.take(dataBytes);
      if (type === BUILD_ID && name[0] === 0x47 && name[1] === 0x4e && name[2] === 0x55) {
        return Buffer.from(data).toString("hex");
      }
      reader.offset = Math.min(reader.bytes.length, reader.offset + (-dataBytes & 3));
    }
  }
  return "";
}

function debugLinkOf(section: ElfSection | undefined): ElfFile["debugLink"] {
  if (section === undefined) return null;
  const reader = new ByteReader(section.data().slice(0, section.size));
  const name = reader.cString();
  reader.offset = (reader.offset + 3) & ~3;
  return { name, crc: reader.u32() };
}
