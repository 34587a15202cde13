/** The addresses that an entry covers. DWARF 4, section 2.17.3; DWARF 5, section 7.25. */

import { ByteReader } from "./byte-reader.js";
import type { ByteSource } from "./byte-source.js";
import { Attribute, type Attributes, addressOf, type Bases, indexedAddress, numberAt } from "./dwarf-entries.js";
import { Form } from "./dwarf-forms.js";
import type { DwarfSections } from "./dwarf-sections.js";
import type { UnitHeader } from "./dwarf-unit-headers.js";

/** `[from, to)`, one after the other. */
export type Ranges = readonly number[];

const RangeEntry = {
  end: 0,
  baseIndex: 1,
  startIndexEndIndex: 2,
  startIndexLength: 3,
  offsets: 4,
  base: 5,
  startEnd: 6,
  startLength: 7,
} as const;
const CHUNK = 4096;

/** @param base the unit's own lowest address */
export function rangesOf(
  entry: Attributes,
  sections: DwarfSections,
  header: UnitHeader,
  bases: Bases,
  base: number,
): Ranges {
  const list = entry.value(Attribute.ranges);
  if (typeof list === "number") {
    if (header.version < 5) return readOldList(sections.ranges, list, header.addressBytes, base);
    const offset =
      entry.form(Attribute.ranges) === Form.rangeListIndex
        ? bases.rangeLists +
          numberAt(sections.rangeLists, bases.rangeLists + list * header.offsetBytes, header.offsetBytes)
        : list;
    return readList(sections, offset, header, bases, base);
  }
  const lowForm = entry.form(Attribute.lowAddress);
  const low = addressOf(lowForm, entry.value(Attribute.lowAddress), sections, header, bases);
  const high = entry.value(Attribute.highAddress);
  if (low === null || typeof high !== "number") return [];
  const end = addressOf(entry.form(Attribute.highAddress), high, sections, header, bases) ?? low + high;
  // 0: a function that the linker left out.
  return low === 0 || end <= low ? [] : [low, end];
}

function readOldList(section: ByteSource, offset: number, addressBytes: number, firstBase: number): Ranges {
  const ranges: number[] = [];
  const largest = 2 ** (addressBytes * 8);
  let base = firstBase;
  for (let at = offset; ; at += 2 * addressBytes) {
    const from = numberAt(section, at, addressBytes);
    const to = numberAt(section, at + addressBytes, addressBytes);
    if (from === 0 && to === 0) return ranges;
    // As doubles the largest address and what follows it are one.
    if (from >= largest - 1) base = to;
    else if (to > from && base + from !== 0) ranges.push(base + from, base + to);
  }
}

function readList(
  sections: DwarfSections,
  offset: number,
  header: UnitHeader,
  bases: Bases,
  firstBase: number,
): Ranges {
  // A list has no length of its own: most are short.
  for (let length = CHUNK; ; length *= 8) {
    try {
      return parseList(new ByteReader(sections.rangeLists.slice(offset, length)), sections, header, bases, firstBase);
    } catch (error) {
      if (!(error instanceof RangeError) || offset + length >= sections.rangeLists.length) throw error;
    }
  }
}

function parseList(
  reader: ByteReader,
  sections: DwarfSections,
  header: UnitHeader,
  bases: Bases,
  firstBase: number,
): Ranges {
  const ranges: number[] = [];
  const indexed = (): number => indexedAddress(reader.uleb(), sections, header, bases);
  const direct = (): number => reader.unsigned(header.addressBytes);
  const add = (from: number, to: number): void => {
    if (from !== 0 && to > from) ranges.push(from, to);
  };
  let base = firstBase;
  for (;;) {
    const kind = reader.u8();
    switch (kind) {
      case RangeEntry.end:
        return ranges;
      case RangeEntry.baseIndex:
        base = indexed();
        break;
      case RangeEntry.startIndexEndIndex:
        add(indexed(), indexed());
        break;
      case RangeEntry.startIndexLength: {
        const from = indexed();
        add(from, from + reader.uleb());
        break;
      }
      case RangeEntry.offsets:
        add(base + reader.uleb(), base + reader.uleb());
        break;
      case RangeEntry.base:
        base = direct();
        break;
      case RangeEntry.startEnd:
        add(direct(), direct());
        break;
      case RangeEntry.startLength: {
        const from = direct();
        add(from, from + reader.uleb());
        break;
      }
      default:
        throw new RangeError(`range entry ${kind}`);
    }
  }
}

export function covers(ranges: Ranges, address: number): boolean {
  for (let i = 0; i + 1 < ranges.length; i += 2) {
    if (address >= (ranges[i] ?? 0) && address < (ranges[i + 1] ?? 0)) return true;
  }
  return false;
}
