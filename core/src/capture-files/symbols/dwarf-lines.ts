/** Line programs: address to file, line and column. DWARF 5, section 6.2. */

import path from "node:path";
import { ByteReader } from "./byte-reader.js";
import { type ByteSource, textAt } from "./byte-source.js";
import { type Encoding, Form, readForm } from "./dwarf-forms.js";
import type { DwarfSections } from "./dwarf-sections.js";

export interface SourcePlace {
  /** "": unknown. */
  readonly file: string;
  /** 1-based; `null`: unknown. */
  readonly line: number | null;
  readonly column: number | null;
}

export interface LineProgram {
  placeOf(address: number): SourcePlace | null;
  /** By the number that entries of functions use. */
  fileOf(number: number): string;
}

interface Header extends Encoding {
  readonly minimumInstruction: number;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  readonly operands: Uint8Array;
  readonly files: readonly string[];
}

/** One row for each place, ascending within a sequence; the last one of a sequence ends it. */
interface Row {
  readonly address: number;
  readonly file: number;
  readonly line: number;
  readonly column: number;
}

/** @param folder where the unit was compiled, and `name` what */
export function readLineProgram(sections: DwarfSections, offset: number, folder: string, name: string): LineProgram {
  const start = new ByteReader(sections.lines.slice(offset, 12));
  const short = start.u32();
  const offsetBytes = short === 0xffffffff ? 8 : 4;
  const length = offsetBytes === 8 ? start.u64() : short;
  const reader = new ByteReader(sections.lines.slice(offset + start.offset, length));
  const header = readHeader(reader, offsetBytes, sections, folder, name);
  const sequences = run(reader, header);
  sequences.sort((a, b) => (a[0]?.address ?? 0) - (b[0]?.address ?? 0));
  const fileOf = (number: number): string => header.files[number] ?? "";
  return {
    fileOf,
    placeOf: (address) => {
      const row = rowAt(sequences, address);
      if (row === null) return null;
      return {
        file: fileOf(row.file),
        line: row.line === 0 ? null : row.line,
        column: row.column === 0 ? null : row.column,
      };
    },
  };
}

function rowAt(sequences: readonly (readonly Row[])[], address: number): Row | null {
  for (const rows of sequences) {
    const first = rows[0];
    const last = rows.at(-1);
    if (first === undefined || last === undefined || address < first.address || address >= last.address) continue;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((rows[middle]?.address ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    return rows[low - 1] ?? null;
  }
  return null;
}

function readHeader(
  reader: ByteReader,
  offsetBytes: number,
  sections: DwarfSections,
  folder: string,
  name: string,
): Header {
  const version = reader.u16();
  if (version < 2 || version > 5) throw new RangeError(`line program of version ${version}`);
  let addressBytes = 8;
  if (version === 5) {
    addressBytes = reader.u8();
    reader.skip(1);
  }
  const headerLength = reader.unsigned(offsetBytes);
  const programAt = reader.offset + headerLength;
  const minimumInstruction = reader.u8();
  if (version >= 4) reader.skip(1); // operations of an instruction: 1, but on machines that nobody has
  reader.skip(1); // whether rows begin statements
  const lineBase = reader.s8();
  const lineRange = reader.u8();
  const opcodeBase = reader.u8();
  const operands = reader.take(opcodeBase - 1);
  const encoding: Encoding = { version, addressBytes, offsetBytes };
  const files = version === 5 ? readFiles(reader, encoding, sections, folder) : readOldFiles(reader, folder, name);
  reader.offset = programAt;
  return { ...encoding, minimumInstruction, lineBase, lineRange, opcodeBase, operands, files };
}

function readOldFiles(reader: ByteReader, folder: string, name: string): readonly string[] {
  const folders = [folder];
  for (let text = reader.cString(); text !== ""; text = reader.cString()) folders.push(path.resolve(folder, text));
  const files = [path.resolve(folder, name)]; // they are numbered from 1
  for (let text = reader.cString(); text !== ""; text = reader.cString()) {
    files.push(path.resolve(folders[reader.uleb()] ?? folder, text));
    reader.uleb();
    reader.uleb();
  }
  return files;
}

const Content = { path: 1, folder: 2 } as const;

function readFiles(reader: ByteReader, encoding: Encoding, sections: DwarfSections, folder: string): readonly string[] {
  const folders = readEntries(reader, encoding, sections).map(({ text }) => path.resolve(folder, text));
  return readEntries(reader, encoding, sections).map(({ text, index }) => path.resolve(folders[index] ?? folder, text));
}

function readEntries(
  reader: ByteReader,
  encoding: Encoding,
  sections: DwarfSections,
): { text: string; index: number }[] {
  const formats = Array.from({ length: reader.u8() }, () => ({ content: reader.uleb(), form: reader.uleb() }));
  return Array.from({ length: reader.uleb() }, () => {
    const entry = { text: "", index: 0 };
    for (const { content, form } of formats) {
      const value = readForm(reader, form, encoding);
      if (content === Content.folder && typeof value === "number") entry.index = value;
      if (content === Content.path && value !== null) {
        const section: ByteSource = form === Form.stringOffset ? sections.strings : sections.lineStrings;
        entry.text = typeof value === "string" ? value : textAt(section, value);
      }
    }
    return entry;
  });
}

const Standard = {
  copy: 1,
  advanceAddress: 2,
  advanceLine: 3,
  setFile: 4,
  setColumn: 5,
  constantAddress: 8,
  fixedAdvance: 9,
} as const;
const Extended = { endSequence: 1, setAddress: 2 } as const;

function run(reader: ByteReader, header: Header): Row[][] {
  const sequences: Row[][] = [];
  let rows: Row[] = [];
  let state = { address: 0, file: 1, line: 1, column: 0 };
  const copy = (): void => {
    rows.push({ ...state });
  };
  const special = (opcode: number): void => {
    const adjusted = opcode - header.opcodeBase;
    state.address += Math.floor(adjusted / header.lineRange) * header.minimumInstruction;
    state.line += header.lineBase + (adjusted % header.lineRange);
  };
  while (!reader.atEnd) {
    const opcode = reader.u8();
    if (opcode >= header.opcodeBase) {
      special(opcode);
      copy();
    } else if (opcode === 0) {
      const length = reader.uleb();
      const next = reader.offset + length;
      const kind = reader.u8();
      if (kind === Extended.setAddress) state.address = reader.unsigned(length - 1);
      if (kind === Extended.endSequence) {
        copy();
        // At 0 lies what the linker left out.
        if ((rows[0]?.address ?? 0) !== 0) sequences.push(rows);
        rows = [];
        state = { address: 0, file: 1, line: 1, column: 0 };
      }
      reader.offset = next;
    } else if (opcode === Standard.copy) {
      copy();
    } else if (opcode === Standard.advanceAddress) {
      state.address += reader.uleb() * header.minimumInstruction;
    } else if (opcode === Standard.advanceLine) {
      state.line += reader.sleb();
    } else if (opcode === Standard.setFile) {
      state.file = reader.uleb();
    } else if (opcode === Standard.setColumn) {
      state.column = reader.uleb();
    } else if (opcode === Standard.constantAddress) {
      state.address += Math.floor((255 - header.opcodeBase) / header.lineRange) * header.minimumInstruction;
    } else if (opcode === Standard.fixedAdvance) {
      state.address += reader.u16();
    } else {
      for (let i = header.operands[opcode - 1] ?? 0; i > 0; i--) reader.uleb();
    }
  }
  return sequences;
}
