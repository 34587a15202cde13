/** Abbreviations, and the forms in which attributes are written. DWARF 5, sections 7.5.3 to 7.5.6. */

import { ByteReader } from "./byte-reader.js";

export interface AttributeSpec {
  readonly attribute: number;
  readonly form: number;
  /** The value itself, for `Form.implicitConst`. */
  readonly implicit: number;
}

export interface Abbreviation {
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly attributes: readonly AttributeSpec[];
}

/** How numbers are written in one unit. */
export interface Encoding {
  readonly version: number;
  readonly addressBytes: number;
  /** 8 in DWARF of 64 bits, else 4. */
  readonly offsetBytes: number;
}

export const Form = {
  address: 0x01,
  string: 0x08,
  stringOffset: 0x0e,
  lineStringOffset: 0x1f,
  rangeListIndex: 0x23,
  implicitConst: 0x21,
} as const;

/** A number (of a reference within the unit: from the unit's start), text that stands in place, or `null` for what nobody asks for. */
export type FormValue = number | string | null;

export type Abbreviations = (code: number) => Abbreviation;

/**
 * A unit's abbreviations, read as far as they are asked for: of most units only the first entry is looked at.
 *
 * @param section all of it
 * @returns the abbreviation of a code; throws a RangeError where there is none
 */
export function readAbbreviations(section: Uint8Array, offset: number): Abbreviations {
  const reader = new ByteReader(section, offset);
  const table = new Map<number, Abbreviation>();
  let isRead = false;
  return (wanted) => {
    for (;;) {
      const known = table.get(wanted);
      if (known !== undefined) return known;
      const code = isRead ? 0 : reader.uleb();
      isRead = code === 0;
      if (isRead) throw new RangeError(`abbreviation ${wanted}`);
      table.set(code, readAbbreviation(reader));
    }
  };
}

function readAbbreviation(reader: ByteReader): Abbreviation {
  const tag = reader.uleb();
  const hasChildren = reader.u8() === 1;
  const attributes: AttributeSpec[] = [];
  for (;;) {
    const attribute = reader.uleb();
    const form = reader.uleb();
    const implicit = form === Form.implicitConst ? reader.sleb() : 0;
    if (attribute === 0 && form === 0) return { tag, hasChildren, attributes };
    attributes.push({ attribute, form, implicit });
  }
}

/** @throws RangeError: a form that is not known, so that nothing after it can be read */
export function readForm(reader: ByteReader, form: number, encoding: Encoding, implicit = 0): FormValue {
  switch (form) {
    case 0x01: // addr
      return reader.unsigned(encoding.addressBytes);
    case 0x0b: // data1
    case 0x11: // ref1
    case 0x0c: // flag
    case 0x25: // strx1
    case 0x29: // addrx1
      return reader.u8();
    case 0x05: // data2
    case 0x12: // ref2
    case 0x26: // strx2
    case 0x2a: // addrx2
      return reader.u16();
    case 0x27: // strx3
    case 0x2b: // addrx3
      return reader.u24();
    case 0x06: // data4
    case 0x13: // ref4
    case 0x28: // strx4
    case 0x2c: // addrx4
      return reader.u32();
    case 0x07: // data8
    case 0x14: // ref8
      return reader.u64();
    case 0x0d: // sdata
      return reader.sleb();
    case 0x0f: // udata
    case 0x15: // ref_udata
    case 0x1a: // strx
    case 0x1b: // addrx
    case 0x22: // loclistx
    case 0x23: // rnglistx
      return reader.uleb();
    case 0x08: // string
      return reader.cString();
    case 0x0e: // strp
    case 0x17: // sec_offset
    case 0x1f: // line_strp
      return reader.unsigned(encoding.offsetBytes);
    case 0x10: // ref_addr
      return reader.unsigned(encoding.version <= 2 ? encoding.addressBytes : encoding.offsetBytes);
    case 0x19: // flag_present
      return 1;
    case 0x21: // implicit_const
      return implicit;
    case 0x16: // indirect
      return readForm(reader, reader.uleb(), encoding);
    default:
      reader.skip(lengthOfOther(reader, form, encoding));
      return null;
  }
}

/** Of forms whose value is of no use here. */
function lengthOfOther(reader: ByteReader, form: number, encoding: Encoding): number {
  switch (form) {
    case 0x0a: // block1
      return reader.u8();
    case 0x03: // block2
      return reader.u16();
    case 0x04: // block4
      return reader.u32();
    case 0x09: // block
    case 0x18: // exprloc
      return reader.uleb();
    case 0x1e: // data16
      return 16;
    case 0x1c: // ref_sup4
      return 4;
    case 0x20: // ref_sig8
    case 0x24: // ref_sup8
      return 8;
    case 0x1d: // strp_sup
    case 0x1f20: // of dwz: ref_alt
    case 0x1f21: // of dwz: strp_alt
      return encoding.offsetBytes;
    default:
      throw new RangeError(`form ${form}`);
  }
}
