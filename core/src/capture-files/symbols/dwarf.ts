/** Address to functions and lines, inlined functions too, from DWARF 2 to 5. Only the units that are asked for are read. */

import { ByteReader } from "./byte-reader.js";
import { type AddressRanges, readAddressRanges } from "./dwarf-address-ranges.js";
import {
  Attribute,
  type Attributes,
  addressOf,
  type Bases,
  basesOf,
  readAttributes,
  skipAttributes,
  Tag,
  textOf,
} from "./dwarf-entries.js";
import { type Abbreviations, readAbbreviations } from "./dwarf-forms.js";
import { type LineProgram, readLineProgram } from "./dwarf-lines.js";
import { covers, type Ranges, rangesOf } from "./dwarf-ranges.js";
import type { DwarfSections } from "./dwarf-sections.js";
import { readUnitHeaders, type UnitHeader } from "./dwarf-unit-headers.js";

export interface DwarfFrame {
  /** As the linker knows it (mangled), or else as the source names it; "": unknown. */
  readonly functionName: string;
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  /** Into the next frame of the list. */
  readonly inlined: boolean;
}

export interface Dwarf {
  /** Innermost first; empty: the address is in no unit. */
  framesAt(address: number): readonly DwarfFrame[];
}

/** A function, or a call of one that was inlined. */
interface Scope {
  readonly ranges: Ranges;
  readonly entry: number;
  readonly inlined: boolean;
  readonly callFile: number;
  readonly callLine: number;
  readonly callColumn: number;
  readonly parent: Scope | null;
}

interface Unit {
  readonly header: UnitHeader;
  readonly abbreviations: Abbreviations;
  readonly bases: Bases;
  readonly ranges: Ranges;
  readonly lowest: number;
  readonly root: Attributes;
  bytes: Uint8Array | null;
  scopes: readonly Scope[] | null;
  lines: LineProgram | null | undefined;
}

const FIRST_ENTRY_BYTES = 4096;
const MOST_REFERENCES = 8;

export function readDwarf(sections: DwarfSections): Dwarf {
  let units: Units | null = null;
  return {
    framesAt: (address) => {
      try {
        units ??= readUnits(sections);
        const unit = units.at(address);
        return unit === undefined ? [] : framesIn(unit, address, units, sections);
      } catch (error) {
        if (error instanceof RangeError) return []; // malformed, or of a kind that we do not know
        throw error;
      }
    },
  };
}

/** All units of a file, each read when it is asked for: a C library has thousands. */
interface Units {
  /** The one that covers an address of code. */
  at(address: number): Unit | undefined;
  /** The one in which an entry lies, by its offset in the section. */
  of(entry: number): Unit | undefined;
}

function readUnits(sections: DwarfSections): Units {
  const tables = new Map<number, Abbreviations>();
  const section = sections.abbreviations.slice(0, sections.abbreviations.length);
  const headers = readUnitHeaders(sections.info);
  const read = new Map<UnitHeader, Unit>();
  const unitOf = (header: UnitHeader): Unit => {
    const abbreviations = tables.get(header.abbreviationsAt) ?? readAbbreviations(section, header.abbreviationsAt);
    tables.set(header.abbreviationsAt, abbreviations);
    const unit = read.get(header) ?? readUnit(header, abbreviations, sections);
    read.set(header, unit);
    return unit;
  };
  const told = addressRangesOf(sections);
  const untold = headers.filter(({ offset }) => told?.has(offset) !== true);
  return {
    at: (address) => {
      const offset = told?.unitAt(address) ?? -1;
      const header = offset < 0 ? undefined : headers.find((one) => one.offset === offset);
      return header === undefined ? untold.map(unitOf).find((one) => covers(one.ranges, address)) : unitOf(header);
    },
    of: (entry) => {
      const header = headers.find((one) => entry >= one.offset && entry < one.offset + one.bytes);
      return header === undefined ? undefined : unitOf(header);
    },
  };
}

/** `null`: they are malformed. */
function addressRangesOf(sections: DwarfSections): AddressRanges | null {
  try {
    return readAddressRanges(sections.addressRanges);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function readUnit(header: UnitHeader, abbreviations: Abbreviations, sections: DwarfSections): Unit {
  const reader = new ByteReader(
    sections.info.slice(header.offset, Math.min(header.bytes, FIRST_ENTRY_BYTES)),
    header.entriesAt,
  );
  const root = readAttributes(reader, abbreviations(reader.uleb()), header);
  const bases = basesOf(root, header);
  const lowForm = root.form(Attribute.lowAddress);
  const lowest = addressOf(lowForm, root.value(Attribute.lowAddress), sections, header, bases) ?? 0;
  const ranges = rangesOf(root, sections, header, bases, lowest);
  return { header, abbreviations, bases, ranges, lowest, root, bytes: null, scopes: null, lines: undefined };
}

function framesIn(unit: Unit, address: number, units: Units, sections: DwarfSections): readonly DwarfFrame[] {
  if (unit.lines === undefined) unit.lines = linesOf(unit, sections);
  unit.scopes ??= scopesOf(unit, sections);
  let scope: Scope | null = null;
  // Inner scopes follow the outer ones.
  for (const one of unit.scopes) if (covers(one.ranges, address)) scope = one;
  const frames: DwarfFrame[] = [];
  let place = unit.lines?.placeOf(address) ?? { file: "", line: null, column: null };
  while (scope !== null) {
    const functionName = nameOf(scope.entry, unit, units, sections);
    frames.push({ functionName, ...place, inlined: scope.inlined });
    place = {
      file: unit.lines?.fileOf(scope.callFile) ?? "",
      line: scope.callLine === 0 ? null : scope.callLine,
      column: scope.callColumn === 0 ? null : scope.callColumn,
    };
    scope = scope.parent;
  }
  if (frames.length === 0 && place.line !== null) frames.push({ functionName: "", ...place, inlined: false });
  return frames;
}

function linesOf(unit: Unit, sections: DwarfSections): LineProgram | null {
  const offset = unit.root.value(Attribute.lineProgram);
  if (typeof offset !== "number") return null;
  const text = (attribute: number): string =>
    textOf(unit.root.form(attribute), unit.root.value(attribute), sections, unit.header, unit.bases);
  return readLineProgram(sections, offset, text(Attribute.folder), text(Attribute.name));
}

function bytesOf(unit: Unit, sections: DwarfSections): Uint8Array {
  unit.bytes ??= sections.info.slice(unit.header.offset, unit.header.bytes);
  return unit.bytes;
}

function scopesOf(unit: Unit, sections: DwarfSections): readonly Scope[] {
  const { header, abbreviations, bases } = unit;
  const reader = new ByteReader(bytesOf(unit, sections), header.entriesAt);
  const scopes: Scope[] = [];
  const enclosing: (Scope | null)[] = [null];
  while (!reader.atEnd && enclosing.length > 0) {
    const entry = reader.offset;
    const code = reader.uleb();
    if (code === 0) {
      enclosing.pop();
      continue;
    }
    const abbreviation = abbreviations(code);
    let inner = enclosing.at(-1) ?? null;
    if (abbreviation.tag === Tag.function || abbreviation.tag === Tag.inlinedFunction) {
      const attributes = readAttributes(reader, abbreviation, header);
      const ranges = rangesOf(attributes, sections, header, bases, unit.lowest);
      const inlined = abbreviation.tag === Tag.inlinedFunction;
      const scope = { ...callOf(attributes), ranges, entry, inlined, parent: inlined ? inner : null };
      if (ranges.length > 0) scopes.push(scope);
      inner = scope;
    } else {
      skipAttributes(reader, abbreviation, header);
    }
    if (abbreviation.hasChildren) enclosing.push(inner);
  }
  return scopes;
}

function callOf(attributes: Attributes): Pick<Scope, "callFile" | "callLine" | "callColumn"> {
  const number = (attribute: number): number => {
    const value = attributes.value(attribute);
    return typeof value === "number" ? value : 0;
  };
  return {
    callFile: number(Attribute.callFile),
    callLine: number(Attribute.callLine),
    callColumn: number(Attribute.callColumn),
  };
}

/** Through the entries that an entry refers to: the abstract function, its declaration in a class. */
function nameOf(entry: number, own: Unit, units: Units, sections: DwarfSections): string {
  let unit = own;
  let at = entry;
  let plain = "";
  for (let i = 0; i < MOST_REFERENCES; i++) {
    const { header, bases } = unit;
    const reader = new ByteReader(bytesOf(unit, sections), at);
    const attributes = readAttributes(reader, unit.abbreviations(reader.uleb()), header);
    const text = (attribute: number): string =>
      textOf(attributes.form(attribute), attributes.value(attribute), sections, header, bases);
    const linkage = text(Attribute.linkageName) || text(Attribute.oldLinkageName);
    if (linkage !== "") return linkage;
    plain ||= text(Attribute.name);
    const attribute = attributes.value(Attribute.origin) === null ? Attribute.specification : Attribute.origin;
    const reference = attributes.value(attribute);
    if (typeof reference !== "number") return plain;
    if (attributes.form(attribute) !== ACROSS_UNITS) {
      at = reference;
      continue;
    }
    const other = units.of(reference);
    if (other === undefined) return plain;
    unit = other;
    at = reference - other.header.offset;
  }
  return plain;
}

const ACROSS_UNITS = 0x10;
