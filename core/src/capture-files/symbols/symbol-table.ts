/** Functions of an ELF file by address, from its symbol table. Names stay in the file until they are asked for. */

import { ByteReader } from "./byte-reader.js";
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
    const reader = new ByteReader(
      data.slice(first * ENTRY_BYTES, Math.min(CHUNK_ENTRIES, count - first) * ENTRY_BYTES),
    );
    while (reader.bytes.length - reader.offset >= ENTRY_BYTES) {
      const name = reader.u32();
      const type = reader.u8() & 15;
      reader.skip(3);
      const start = reader.u64();
      const size = reader.u64();
      if (start === 0 || (type !== FUNCTION && type !== INDIRECT_FUNCTION)) continue;
      starts[kept] = start;
      sizes[kept] = size;
      nameOffsets[kept++] = name;
    }
  }
  const order = Uint32Array.from({ length: kept }, (_, i) => i).sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0));
  return { nameAt: (address) => nameAt(address, order, starts, sizes, nameOffsets, names.data()) };
}

function nameAt(
  address: number,
  order: Uint32Array,
  starts: Float64Array,
  sizes: Float64Array,
  nameOffsets: Uint32Array,
  names: ByteSource,
): string {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[order[middle] ?? 0] ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  const found = order[low - 1];
  if (found === undefined) return "";
  const size = sizes[found] ?? 0;
  // Functions of assembly have size 0: they reach to the next one.
  if (size !== 0 && address >= (starts[found] ?? 0) + size) return "";
  return textAt(names, nameOffsets[found] ?? 0);
}
