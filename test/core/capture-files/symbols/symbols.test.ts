import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findDebugFile, openElf } from "../../../../core/src/capture-files/symbols/debug-file.js";
import { readDwarf } from "../../../../core/src/capture-files/symbols/dwarf.js";
import { dwarfSectionsOf } from "../../../../core/src/capture-files/symbols/dwarf-sections.js";
import { openModuleSymbols } from "../../../../core/src/capture-files/symbols/open-symbols.js";
import { buildIdOf, compile, hasTool, lineOf, returnAddress, SHOP, SORTS, tool } from "./compile.js";

const folder = mkdtempSync(path.join(tmpdir(), "memspec-symbols-"));
afterAll(() => rmSync(folder, { recursive: true }));

let built = 0;
const library = (flags: readonly string[], source = SHOP): string =>
  compile(source, path.join(folder, `lib${built++}.so`), flags);

async function framesAt(file: string, offset: number, buildId = buildIdOf(file), nearest = "") {
  const module = { path: file, buildId, loadBias: 0, firstAddress: 0, endAddress: 0 };
  return (await openModuleSymbols([module])).frames(0, offset, nearest);
}

const at = (mark: string, functionName: string, inlined: boolean) => ({
  functionName,
  file: SHOP,
  line: lineOf(SHOP, mark),
  inlined,
});
const ORDER = [
  at("reserve", "shop::Reserve(unsigned long)", true),
  at("add", "shop::Cart::Add(unsigned long)", true),
  at("order", "order", false),
];
const withoutColumn = (frames: readonly { column: number | null }[]) => frames.map(({ column: _, ...rest }) => rest);

describe("the frames of a call", () => {
  it.each([
    ["DWARF 5", ["-g", "-gdwarf-5"]],
    ["DWARF 4", ["-g", "-gdwarf-4"]],
    ["DWARF 3", ["-g", "-gdwarf-3", "-gstrict-dwarf"]],
    ["DWARF of 64 bits", ["-g", "-gdwarf-5", "-gdwarf64"]],
    ["compressed sections", ["-g", "-gz=zlib"]],
    ["a section for each function", ["-g", "-ffunction-sections", "-Wl,--gc-sections"]],
    ["types apart", ["-g", "-fdebug-types-section"]],
    ["optimisation at link time", ["-g", "-flto", "-ffat-lto-objects"]],
  ])("are those of the source, inlined functions too: %s", async (_, flags) => {
    for (const level of ["-O0", "-O2"]) {
      const file = library([level, ...flags]);
      const frames = await framesAt(file, returnAddress(file, "order", "malloc"));
      expect(withoutColumn(frames)).toEqual(ORDER);
    }
  });

  it("are the same where the file does not say which unit has an address, or says it in a way that cannot be read", async () => {
    const file = library(["-O2", "-g"]);
    const offset = returnAddress(file, "order", "malloc");
    expect(tool("readelf", ["-S", "-W", file])).toContain(".debug_aranges");
    expect(withoutColumn(await framesAt(file, offset))).toEqual(ORDER);
    const garbage = path.join(folder, "garbage");
    writeFileSync(garbage, Buffer.from([0x2c, 0, 0, 0, 2, 0, 0]));
    const unreadable = `${file}.unreadable`;
    tool("objcopy", ["--update-section", `.debug_aranges=${garbage}`, file, unreadable]);
    expect(withoutColumn(await framesAt(unreadable, offset))).toEqual(ORDER);
    tool("objcopy", ["--remove-section", ".debug_aranges", file]);
    expect(tool("readelf", ["-S", "-W", file])).not.toContain(".debug_aranges");
    expect(withoutColumn(await framesAt(file, offset))).toEqual(ORDER);
  });

  it("have the column at which the call stands", async () => {
    const file = library(["-O2", "-g"]);
    const [reserve] = await framesAt(file, returnAddress(file, "order", "malloc"));
    expect(reserve?.column).toBe("  return std::malloc(".length);
  });

  it("have only the names of the symbol table where there is no more", async () => {
    const file = library(["-O2", "-g"]);
    const offset = returnAddress(file, "_ZL6Hiddenm", "malloc");
    tool("strip", ["--strip-debug", file]);
    expect(await framesAt(file, offset)).toEqual([
      { functionName: "Hidden(unsigned long)", file, line: null, column: null, inlined: false },
    ]);
  });

  it("have only the recorded name in a stripped file, unless the function is exported", async () => {
    const file = library(["-O2", "-g"]);
    const hidden = returnAddress(file, "_ZL6Hiddenm", "malloc");
    const order = returnAddress(file, "order", "malloc");
    tool("strip", [file]);
    const [unnamed] = await framesAt(file, hidden, buildIdOf(file), "");
    expect(unnamed).toMatchObject({ functionName: "", line: null });
    expect((await framesAt(file, order))[0]).toMatchObject({ functionName: "order", line: null });
  });

  it("have the recorded name alone when the file is of another build, or gone", async () => {
    const file = library(["-O2", "-g"]);
    const offset = returnAddress(file, "order", "malloc");
    const recorded = [{ functionName: "was(int)", line: null, column: null, inlined: false }];
    expect(await framesAt(file, offset, "00ff", "_Z3wasi")).toMatchObject(recorded);
    expect(await framesAt(`${file}.gone`, offset, buildIdOf(file), "_Z3wasi")).toMatchObject(recorded);
  });
});

describe("a stripped file's debug information", () => {
  function split(flags: readonly string[]): { file: string; offset: number; debug: string } {
    const file = library(["-O2", "-g", ...flags]);
    const offset = returnAddress(file, "order", "malloc");
    const debug = `${file}.debug`;
    tool("objcopy", ["--only-keep-debug", file, debug]);
    tool("strip", [file]);
    tool("objcopy", [`--add-gnu-debuglink=${debug}`, file]);
    return { file, offset, debug };
  }

  it("is found beside it", async () => {
    const { file, offset } = split([]);
    expect(withoutColumn(await framesAt(file, offset))).toEqual(ORDER);
  });

  it("is found by its sum where there is no build id, and only then believed", async () => {
    const { file, offset, debug } = split(["-Wl,--build-id=none"]);
    expect(withoutColumn(await framesAt(file, offset))).toEqual(ORDER);
    copyFileSync(library(["-O0", "-g", "-Wl,--build-id=none"]), debug);
    expect((await framesAt(file, offset))[0]?.line).toBeNull();
  });

  it("is found by its build id", () => {
    const { file, debug } = split([]);
    const buildId = buildIdOf(file);
    const root = path.join(folder, "debug-root");
    mkdirSync(path.join(root, ".build-id", buildId.slice(0, 2)), { recursive: true });
    copyFileSync(debug, path.join(root, ".build-id", buildId.slice(0, 2), `${buildId.slice(2)}.debug`));
    rmSync(debug);
    const elf = openElf(file)?.elf;
    if (elf === undefined) throw new Error("not read");
    expect(findDebugFile(file, elf, root)?.section(".debug_info")).toBeDefined();
    expect(findDebugFile(file, elf, path.join(folder, "nothing"))).toBeNull();
  });
});

describe.runIf(hasTool("addr2line"))("addresses all over a library", () => {
  it.each([
    ["DWARF 5", ["-gdwarf-5"]],
    ["DWARF 4", ["-gdwarf-4"]],
  ])(
    "have the frames that addr2line gives: %s",
    (_, flags) => {
      const file = library(["-O2", "-g", ...flags], SORTS);
      const sections = dwarfSectionsOf(openElf(file)?.elf ?? expect.fail("not read"));
      const dwarf = readDwarf(sections ?? expect.fail("no sections"));
      const text = /\.text\s+PROGBITS\s+(\w+)\s+\w+\s+(\w+)/.exec(tool("readelf", ["-SW", file]));
      const start = Number.parseInt(text?.[1] ?? "", 16);
      const end = start + Number.parseInt(text?.[2] ?? "", 16);
      const addresses: number[] = [];
      for (let address = start; address < end; address += 331) addresses.push(address);
      const theirs = tool("addr2line", [
        "-e",
        file,
        "-f",
        "-i",
        "-a",
        ...addresses.map((one) => `0x${one.toString(16)}`),
      ])
        .split(/^0x[0-9a-f]+\n/m)
        .slice(1)
        .map((block) => block.trim().split("\n"));
      let compared = 0;
      const differing: unknown[] = [];
      for (const [i, address] of addresses.entries()) {
        // Names are not compared: addr2line takes those of the inner- and the outermost function from the symbol table.
        const expected = (theirs[i] ?? [])
          .filter((_line, n) => n % 2 === 1)
          .map((line) => line.replace(/ \(discriminator \d+\)$/, ""));
        if (expected.length === 1 && expected[0]?.endsWith("?")) continue; // no line: of the compiler's own start files
        const ours = dwarf.framesAt(address).map((frame) => `${frame.file}:${frame.line ?? "?"}`);
        compared++;
        if (ours.join() !== expected.join()) differing.push({ address: address.toString(16), ours, expected });
      }
      expect(compared).toBeGreaterThan(100);
      expect(differing.slice(0, 3)).toEqual([]);
    },
    300_000,
  );
});
