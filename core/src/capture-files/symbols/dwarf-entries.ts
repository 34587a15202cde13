/** The entries of a unit: their attributes as far as functions and lines need them. DWARF 5, section 7.5. */

import { ByteReader } from "./byte-reader.js";
import { type ByteSource, textAt } from "./byte-source.js";
import { type Abbreviation, Form, type FormValue, readForm } from "./dwarf-forms.js";
import type { DwarfSections } from "./dwarf-sections.js";
import type { UnitHeader } from "./dwarf-unit-headers.js";

export const Tag = {
  compileUnit: 0x11,
  inlinedFunction: 0x1d,
  function: 0x2e,
  partialUnit: 0x3c,
  skeletonUnit: 0x4a,
} as const;

export const Attribute = {
  name: 0x03,
  lineProgram: 0x10,
  lowAddress: 0x11,
  highAddress: 0x12,
  folder: 0x1b,
  origin: 0x31,
  specification: 0x47,
  ranges: 0x55,
  callColumn: 0x57,
  callFile: 0x58,
  callLine: 0x59,
  linkageName: 0x6e,
  stringOffsetsBase: 0x72,
  addressBase: 0x73,
  rangeListsBase: 0x74,
  oldLinkageName: 0x2007,
} as const;
const WANTED: ReadonlySet<number> = new Set(Object.values(Attribute));

export interface Attributes {
  readonly value: (attribute: number) => FormValue;
  readonly form: (attribute: number) => number;
}

interface Written {
  readonly form: number;
  readonly value: FormValue;
}

export function readAttributes(reader: ByteReader, abbreviation: Abbreviation, header: UnitHeader): Attributes {
  const written = new Map<number, Written>();
  for (const { attribute, form, implicit } of abbreviation.attributes) {
    const value = readForm(reader, form, header, implicit);
    if (WANTED.has(attribute)) written.set(attribute, { form, value });
  }
  return {
    value: (attribute) => written.get(attribute)?.value ?? null,
    form: (attribute) => written.get(attribute)?.form ?? 0,
  };
}

export function skipAttributes(reader: ByteReader, abbreviation: Abbreviation, header: UnitHeader): void {
  for (const { form, implicit } of abbreviation.attributes) readForm(reader, form, header, implicit);
}

/** Where a unit's tables of addresses, strings and ranges begin, as its first entry says. */
export interface Bases {
  readonly addresses: number;
  readonly stringOffsets: number;
  readonly rangeLists: number;
}

export function basesOf(root: Attributes, header: UnitHeader): Bases {
  const base = (attribute: number, standard: number): number => {
    const value = root.value(attribute);
    return typeof value === "number" ? value : standard;
  };
  // After the table's own header, where the entry does not say.
  const after = header.offsetBytes === 8 ? 16 : 8;
  return {
    addresses: base(Attribute.addressBase, after),
    stringOffsets: base(Attribute.stringOffsetsBase, after),
    rangeLists: base(Attribute.rangeListsBase, after + 4),
  };
}

const INDEXED_STRINGS: ReadonlySet<number> = new Set([0x1a, 0x25, 0x26, 0x27, 0x28]);
const INDEXED_ADDRESSES: ReadonlySet<number> = new Set([0x1b, 0x29, 0x2a, 0x2b, 0x2c]);

/** "" where there is none. */
export function textOf(
  form: number,
  value: FormValue,
  sections: DwarfSections,
  header: UnitHeader,
  bases: Bases,
): string {
  if (typeof value === "string") return value;
  if (value === null) return "";
  if (form === Form.stringOffset) return textAt(sections.strings, value);
  if (form === Form.lineStringOffset) return textAt(sections.lineStrings, value);
  if (!INDEXED_STRINGS.has(form)) return "";
  const at = bases.stringOffsets + value * header.offsetBytes;
  return textAt(sections.strings, numberAt(sections.stringOffsets, at, header.offsetBytes));
}

/** `null` where there is none. */
export function addressOf(
  form: number,
  value: FormValue,
  sections: DwarfSections,
  header: UnitHeader,
  bases: Bases,
): number | null {
  if (typeof value !== "number") return null;
  if (form === Form.address) return value;
  return INDEXED_ADDRESSES.has(form) ? indexedAddress(value, sections, header, bases) : null;
}

export function indexedAddress(index: number, sections: DwarfSections, header: UnitHeader, bases: Bases): number {
  return numberAt(sections.addresses, bases.addresses + index * header.addressBytes, header.addressBytes);
}

export function numberAt(section: ByteSource, offset: number, bytes: number): number {
  return new ByteReader(section.slice(offset, bytes)).unsigned(bytes);
}
