/** The units of `.debug_info`, as their headers have them. DWARF 5, section 7.5.1. */

import { ByteReader } from "./byte-reader.js";
import type { ByteSource } from "./byte-source.js";
import type { Encoding } from "./dwarf-forms.js";

export interface UnitHeader extends Encoding {
  /** In the section. */
  readonly offset: number;
  /** With the header. */
  readonly bytes: number;
  /** Of the first entry, from the unit's start. */
  readonly entriesAt: number;
  readonly abbreviationsAt: number;
}

const LARGEST_HEADER = 48;
const UnitType = { compile: 1, partial: 3, skeleton: 4 } as const;

/** Compilation and partial units of DWARF 2 to 5; others are passed over. */
export function readUnitHeaders(info: ByteSource): readonly UnitHeader[] {
  const headers: UnitHeader[] = [];
  for (let offset = 0; offset + 11 <= info.length; ) {
    const reader = new ByteReader(info.slice(offset, LARGEST_HEADER));
    const short = reader.u32();
    const offsetBytes = short === 0xffffffff ? 8 : 4;
    const bytes = (offsetBytes === 8 ? reader.u64() : short) + reader.offset;
    const header = readHeader(reader, offset, bytes, offsetBytes);
    if (header !== null) headers.push(header);
    offset += bytes;
  }
  return headers;
}

function readHeader(reader: ByteReader, offset: number, bytes: number, offsetBytes: number): UnitHeader | null {
  const version = reader.u16();
  if (version < 2 || version > 5) return null;
  if (version < 5) {
    const abbreviationsAt = reader.unsigned(offsetBytes);
    return {
      offset,
      bytes,
      version,
      offsetBytes,
      abbreviationsAt,
      addressBytes: reader.u8(),
      entriesAt: reader.offset,
    };
  }
  const type = reader.u8();
  const addressBytes = reader.u8();
  const abbreviationsAt = reader.unsigned(offsetBytes);
  if (type === UnitType.skeleton) reader.skip(8);
  else if (type !== UnitType.compile && type !== UnitType.partial) return null;
  return { offset, bytes, version, offsetBytes, abbreviationsAt, addressBytes, entriesAt: reader.offset };
}
