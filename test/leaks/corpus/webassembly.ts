import { clean, type LeakCase, leaking } from "./case.js";

/** The smallest module: the magic word and the version. */
const EMPTY_MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

export const webassembly: readonly LeakCase[] = [
  leaking(
    "memories of WebAssembly, kept",
    {
      space: "buffers",
      type: "ArrayBuffer",
      allocatingFunction: "makeMemory",
      retainingName: "memories",
      countPerCall: 1,
      minBytesPerCall: 65_536,
    },
    () => {
      const memories: WebAssembly.Memory[] = [];
      return {
        fn: function makeMemory() {
          memories.push(new WebAssembly.Memory({ initial: 1, maximum: 1 }));
        },
      };
    },
    { slow: true, reason: "each reserves gigabytes of addresses" },
  ),
  clean(
    "memories of WebAssembly, dropped",
    () => ({
      fn: function makeMemoryShortly() {
        return new WebAssembly.Memory({ initial: 1, maximum: 1 }).buffer.byteLength;
      },
    }),
    { slow: true },
  ),

  leaking(
    "a memory of WebAssembly that grows",
    {
      space: "buffers",
      type: null,
      allocatingFunction: "growMemory",
      retainingName: "memory",
      minBytesPerCall: 65_536,
    },
    () => {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536 });
      return {
        fn: function growMemory() {
          memory.grow(1);
        },
      };
    },
  ),
  clean("a memory of WebAssembly that is written to", () => {
    const memory = new WebAssembly.Memory({ initial: 4, maximum: 65_536 });
    return {
      fn: function writeMemory() {
        new Uint8Array(memory.buffer).fill(7);
      },
    };
  }),

  leaking(
    "modules of WebAssembly, kept",
    { space: "heap", type: "Module", allocatingFunction: "compileModule", retainingName: "modules", countPerCall: 1 },
    () => {
      const modules: WebAssembly.Module[] = [];
      return {
        fn: function compileModule() {
          modules.push(new WebAssembly.Module(EMPTY_MODULE));
        },
      };
    },
  ),
  clean("modules of WebAssembly, dropped", () => ({
    fn: function compileModuleShortly() {
      return WebAssembly.Module.exports(new WebAssembly.Module(EMPTY_MODULE)).length;
    },
  })),

  leaking(
    "instances of WebAssembly, kept",
    { space: "heap", type: "Instance", allocatingFunction: "instantiate", retainingName: "instances", countPerCall: 1 },
    () => {
      const module = new WebAssembly.Module(EMPTY_MODULE);
      const instances: WebAssembly.Instance[] = [];
      return {
        fn: function instantiate() {
          instances.push(new WebAssembly.Instance(module));
        },
      };
    },
  ),
  clean("instances of WebAssembly, dropped", () => {
    const module = new WebAssembly.Module(EMPTY_MODULE);
    return {
      fn: function instantiateShortly() {
        return Object.keys(new WebAssembly.Instance(module).exports).length;
      },
    };
  }),

  leaking(
    "a table of WebAssembly that grows",
    { space: "heap", type: null, allocatingFunction: "growTable", retainingName: "table", minBytesPerCall: 8 },
    () => {
      const table = new WebAssembly.Table({ element: "externref", initial: 1 });
      return {
        fn: function growTable() {
          table.grow(64, null);
        },
      };
    },
  ),
  clean("a table of WebAssembly that is written to", () => {
    const table = new WebAssembly.Table({ element: "externref", initial: 8 });
    let next = 0;
    return {
      fn: function writeTable() {
        table.set(next++ % 8, { entry: 1 });
      },
    };
  }),
];
