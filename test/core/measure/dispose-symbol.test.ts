import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { disposeSymbol } from "../../../core/src/measure/dispose-symbol.js";

test("the symbol that is there is left as it is", () => {
  const before = Symbol.dispose;
  expect(disposeSymbol()).toBe(before ?? Symbol.dispose);
  expect(disposeSymbol()).toBe(disposeSymbol());
});

test("a realm without the symbol gets one that code cannot change, and that is not listed", () => {
  const result = runInNewContext(`
    delete Symbol.dispose;
    const own = ${disposeSymbol.toString().replaceAll(/__vite_ssr\w+\./gu, "")};
    if (Object.hasOwn(Symbol, "dispose")) "kept";
    else [typeof own(), own() === Symbol.dispose, Object.getOwnPropertyDescriptor(Symbol, "dispose")];
  `) as "kept" | [string, boolean, PropertyDescriptor];
  if (result === "kept") return;
  expect(result[0]).toBe("symbol");
  expect(result[1]).toBe(true);
  expect(result[2]).toMatchObject({ writable: false, enumerable: false, configurable: false });
});
