/** Functions of an ELF file by address, from its symbol table. Names stay in the file until they are asked for. */

import { type ByteSource, textAt } from "./byte-source.js";
import { type ElfFile, SectionType } from "./elf.js";

export interface SymbolTable {
  /** The mangled name of the function that spans the address; "": none. */
  nameAt(address: number): string;
}

const ENTRY_BYTES = 24;
const FUNCTION = 2;
const INDIRECT_FUNCTION = 10;
const CHUNK_ENTRIES = 4096;
const TWO_TO_32 = 2 ** 32;

/** Of `.symtab`, or where it was stripped of `.dynsym`; `null`: it has neither. */
export function readSymbolTable(elf: ElfFile): SymbolTable | null {
  const table =
    elf.sections.find((one) => one.type === SectionType.symbols) ??
    elf.sections.find((one) => one.type === SectionType.dynamicSymbols);
  const names = table === undefined ? undefined : elf.sections[table.link];
  if (table === undefined || names === undefined) return null;

  const count = Math.floor(table.size / ENTRY_BYTES);
  const starts = new Float64Array(count);
  const sizes = new Float64Array(count);
  const nameOffsets = new Uint32Array(count);
  let kept = 0;
  const data = table.data();
  for (let first = 0; first < count; first += CHUNK_ENTRIES) {
    const bytes = data.slice(first * ENTRY_BYTES, Math.min(CHUNK_ENTRIES, count - first) * ENTRY_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
      const type = (bytes[at + 4] as number) & 15;
      const start = view.getUint32(at + 8, true) + view.getUint32(at + 12, true) * TWO_TO_32;
      if (start === 0 || (type !== FUNCTION && type !== INDIRECT_FUNCTION)) continue;
      starts[kept] = start;
      sizes[kept] = view.getUint32(at + 16, true) + view.getUint32(at + 20, true) * TWO_TO_32;
      nameOffsets[kept++] = view.getUint32(at, true);
    }
  }
  const inFile = starts.subarray(0, kept);
  const inOrder = inFile.slice().sort();
  return { nameAt: (address) => nameAt(address, inOrder, inFile, sizes, nameOffsets, names.data()) };
}

function nameAt(
  address: number,
  inOrder: Float64Array,
  inFile: Float64Array,
  sizes: Float64Array,
  nameOffsets: Uint32Array,
  names: ByteSource,
): string {
  let low = 0;
  let high = inOrder.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((inOrder[middle] ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  const start = inOrder[low - 1];
  if (start === undefined) return "";
  const found = inFile.lastIndexOf(start);
  const size = sizes[found] ?? 0;
  // Functions of assembly have size 0: they reach to the next one.
  if (size !== 0 && address >= start + size) return "";
  return textAt(names, nameOffsets[found] ?? 0);
}
