/** Address to unit, where the file says so itself: `.debug_aranges`. DWARF 5, section 6.1.2. Not every compiler writes it, nor of every unit. */

import { ByteReader } from "./byte-reader.js";
import type { ByteSource } from "./byte-source.js";

/** Units are known by the offset of their header in `.debug_info`. */
export interface AddressRanges {
  /** -1: none that has ranges here covers it. */
  unitAt(address: number): number;
  /** Its ranges are here. */
  has(unit: number): boolean;
}

/** @throws RangeError */
export function readAddressRanges(section: ByteSource): AddressRanges {
  const all = new Set<number>();
  const starts: number[] = [];
  const ends: number[] = [];
  const units: number[] = [];
  const reader = new ByteReader(section.slice(0, section.length));
  while (!reader.atEnd) {
    const set = reader.offset;
    const short = reader.u32();
    const offsetBytes = short === 0xffffffff ? 8 : 4;
    const end = (offsetBytes === 8 ? reader.u64() : short) + reader.offset;
    const version = reader.u16();
    const unit = reader.unsigned(offsetBytes);
    const addressBytes = reader.u8();
    const segmentBytes = reader.u8();
    if (version === 2 && segmentBytes === 0 && addressBytes === 8) {
      all.add(unit);
      const pair = 2 * addressBytes;
      // The first pair is at a multiple of its own size, from the set's beginning.
      reader.offset = set + Math.ceil((reader.offset - set) / pair) * pair;
      while (reader.offset + pair <= end) {
        const from = reader.u64();
        const length = reader.u64();
        if (length === 0) continue;
        starts.push(from);
        ends.push(from + length);
        units.push(unit);
      }
    }
    reader.offset = end;
  }
  return {
    unitAt: (address) => units[starts.findIndex((start, at) => start <= address && address < (ends[at] ?? 0))] ?? -1,
    has: (unit) => all.has(unit),
  };
}
