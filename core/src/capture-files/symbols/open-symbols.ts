/** The symbols of a capture's modules, from the files as they are now. */

import path from "node:path";
import type { NativeModule } from "../reading/definitions.js";
import type { NativeSourceFrame, NativeSymbols } from "../reading/symbols.js";
import { findDebugFile } from "./debug-file.js";
import { type Demangle, loadDemangler } from "./demangle.js";
import { type Dwarf, readDwarf } from "./dwarf.js";
import { dwarfSectionsOf } from "./dwarf-sections.js";
import { readSymbolTable, type SymbolTable } from "./symbol-table.js";
import { fileThatRan } from "./unread-modules.js";

/** What is known of one file. Neither: it is gone, of another build, or stripped. */
interface ModuleSymbols {
  readonly table: SymbolTable | null;
  readonly dwarf: Dwarf | null;
}

const NOTHING: ModuleSymbols = { table: null, dwarf: null };

/** A module whose file is gone, or is no longer the one that ran, has only what the capture says: the nearest dynamic symbol. */
export async function openModuleSymbols(modules: readonly NativeModule[]): Promise<NativeSymbols> {
  const demangle = modules.length === 0 ? (name: string) => name : await loadDemangler();
  const opened = new Map<number, ModuleSymbols>();
  return {
    frames: (index, offset, nearest) => {
      const module = modules[index];
      if (module === undefined) return [named("", demangle(nearest))];
      let symbols = opened.get(index);
      if (symbols === undefined) {
        symbols = openModule(module);
        opened.set(index, symbols);
      }
      // The call is before the address to which it returns, which may be the next function's.
      return framesOf(module, symbols, offset - 1, nearest, demangle);
    },
  };
}

function openModule(module: NativeModule): ModuleSymbols {
  const elf = path.isAbsolute(module.path) ? fileThatRan(module) : "missing";
  if (typeof elf === "string") return NOTHING;
  const ownSections = dwarfSectionsOf(elf);
  const separate = ownSections === null ? findDebugFile(module.path, elf) : null;
  const sections = ownSections ?? (separate === null ? null : dwarfSectionsOf(separate));
  return {
    table: readSymbolTable(separate ?? elf),
    dwarf: sections === null ? null : readDwarf(sections),
  };
}

function framesOf(
  module: NativeModule,
  symbols: ModuleSymbols,
  address: number,
  nearest: string,
  demangle: Demangle,
): readonly NativeSourceFrame[] {
  const frames = symbols.dwarf?.framesAt(address) ?? [];
  const symbol = symbols.table === null ? nearest : symbols.table.nameAt(address) || nearest;
  if (frames.length === 0) return [named(module.path, demangle(symbol))];
  return frames.map((frame) => ({
    functionName: demangle(frame.functionName || (frame.inlined ? "" : symbol)),
    file: frame.file || module.path,
    line: frame.line,
    column: frame.column,
    inlined: frame.inlined,
  }));
}

function named(file: string, functionName: string): NativeSourceFrame {
  return { functionName, file, line: null, column: null, inlined: false };
}
