// Code that is made at run time, and code that V8 optimises.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Context, createContext, runInContext, Script } from "node:vm";
import { clean, type LeakCase, leaking } from "./case.js";

/** Sources that no trial and no call has had before: V8 would find their code in its cache. */
let sources = 0;
function freshSource(): string {
  return `return ${sources++} + x;`;
}

/** Node's record of a module, as far as it is looked at. */
interface LoadedModule {
  readonly children: unknown[];
}

/** A module on the disk, and a `require` of its own. */
function moduleOnDisk() {
  const folder = mkdtempSync(path.join(tmpdir(), "memspec-corpus-"));
  const file = path.join(folder, "loaded.cjs");
  writeFileSync(file, "exports.answer = 42; exports.parent = module.parent;\n");
  const load = createRequire(file) as NodeJS.Require & ((id: string) => { readonly parent: LoadedModule });
  return { file, load, remove: () => rmSync(folder, { recursive: true }) };
}

export const code: readonly LeakCase[] = [
  leaking(
    "functions that are compiled with new Function, kept",
    { space: "heap", type: "closure made at run time", allocatingFunction: "compile", retainingName: "compiled" },
    () => {
      const compiled: unknown[] = [];
      return {
        fn: function compile() {
          compiled.push(new Function("x", freshSource()));
        },
      };
    },
  ),
  clean("functions that are compiled with new Function, called and dropped", () => ({
    fn: function compileAndCall() {
      return new Function("x", freshSource())(1);
    },
  })),

  leaking(
    "functions from eval, kept",
    { space: "heap", type: "closure", allocatingFunction: "evaluate", retainingName: "evaluated", countPerCall: 1 },
    () => {
      const evaluated: unknown[] = [];
      // biome-ignore lint/security/noGlobalEval: it is the case
      const indirect = eval;
      return {
        fn: function evaluate() {
          evaluated.push(indirect(`(x) => { ${freshSource()} }`));
        },
      };
    },
  ),
  clean("functions from eval, called and dropped", () => {
    // biome-ignore lint/security/noGlobalEval: it is the case
    const indirect = eval;
    return {
      fn: function evaluateAndCall() {
        return indirect(`(x) => { ${freshSource()} }`)(1);
      },
    };
  }),

  leaking(
    "scripts, kept",
    { space: "heap", type: "Script", allocatingFunction: "makeScript", retainingName: "scripts", countPerCall: 1 },
    () => {
      const scripts: Script[] = [];
      return {
        fn: function makeScript() {
          scripts.push(new Script(`(function (x) { ${freshSource()} })`));
        },
      };
    },
  ),
  clean("scripts, run and dropped", () => ({
    fn: function runScript() {
      return new Script(`(function (x) { ${freshSource()} })(1)`).runInThisContext();
    },
  })),

  leaking(
    "contexts, kept",
    { space: "heap", type: "Object", allocatingFunction: "makeContext", retainingName: "contexts", countPerCall: 1 },
    () => {
      const contexts: Context[] = [];
      return {
        fn: function makeContext() {
          contexts.push(createContext({ answer: 42 }));
        },
      };
    },
    { slow: true },
  ),
  clean(
    "contexts, used and dropped",
    () => ({
      fn: function useContext() {
        return runInContext("answer + 1", createContext({ answer: 42 }));
      },
    }),
    { slow: true },
  ),

  leaking(
    "a module that is loaded again with every call",
    { space: "heap", type: "Module", allocatingFunction: "reload", retainingName: "children", countPerCall: 1 },
    () => {
      const { file, load, remove } = moduleOnDisk();
      return {
        fn: function reload() {
          delete load.cache[file];
          load(file);
        },
        dispose: () => {
          delete load.cache[file];
          remove();
        },
      };
    },
    { reason: "what is out of the cache is still a child of the module that loaded it" },
  ),
  clean("a module that is loaded again with every call and taken from its parent", () => {
    const { file, load, remove } = moduleOnDisk();
    return {
      fn: function reloadRightly() {
        delete load.cache[file];
        load(file).parent.children.length = 0;
      },
      dispose: () => {
        delete load.cache[file];
        remove();
      },
    };
  }),

  leaking(
    "classes, one for each call",
    {
      space: "heap",
      type: "closure Model",
      allocatingFunction: "defineModel",
      retainingName: "models",
      countPerCall: 1,
    },
    () => {
      const models: unknown[] = [];
      return {
        fn: function defineModel() {
          class Model {
            readonly id = 1;
          }
          models.push(Model);
          return new Model().id;
        },
      };
    },
  ),
  clean("classes, one for each call and dropped", () => ({
    fn: function defineModelShortly() {
      class Model {
        readonly id = 1;
      }
      return new Model().id;
    },
  })),

  leaking(
    "a hot function that keeps each result",
    { space: "heap", type: "Object", allocatingFunction: "optimized", retainingName: "results", countPerCall: 1 },
    () => {
      const results: { readonly sum: number }[] = [];
      return {
        fn: function optimized() {
          let sum = 0;
          for (let i = 0; i < 4000; i++) sum = (sum * 31 + i) % 1_000_003;
          results.push({ sum });
        },
      };
    },
  ),
  clean("a hot function with many temporary objects", () => ({
    fn: function optimizedShortly() {
      let sum = 0;
      for (let i = 0; i < 4000; i++) {
        const point = { x: i, y: sum };
        sum = (point.x + point.y) % 1_000_003;
      }
      return sum;
    },
  })),
  clean("a hot function that meets many shapes", () => {
    const shapes = [{ a: 1 }, { b: 1, a: 2 }, { c: 1, b: 2, a: 3 }, { d: 1, a: 4 }, { e: 1, d: 2, a: 5 }];
    const read = (shape: { readonly a: number }) => shape.a;
    return {
      fn: function meetShapes() {
        let sum = 0;
        for (let i = 0; i < 5000; i++) sum += read(shapes[i % shapes.length] ?? { a: 0 });
        return sum;
      },
    };
  }),
  clean("a hot function whose types change after a while", () => {
    const add = (left: unknown, right: unknown): unknown => (left as number) + (right as number);
    let calls = 0;
    return {
      fn: function changeTypes() {
        calls++;
        let sum: unknown = calls % 40 > 20 ? "" : 0;
        for (let i = 0; i < 500; i++) sum = add(sum, calls % 40 > 30 ? 0.5 : 1);
        return sum;
      },
    };
  }),
  clean("objects of ever new shapes, dropped", () => {
    let next = 0;
    return {
      fn: function shapeAnew() {
        const shape: Record<string, number> = {};
        shape[`first${next}`] = 1;
        shape[`second${next++}`] = 2;
        return Object.keys(shape).length;
      },
    };
  }),
];
