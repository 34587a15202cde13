/**
 * `Symbol.dispose` of this realm. Node 20 defines it in its main realm only, not in the vm contexts of Jest and of
 * Vitest's vm pools, where compiled `using` would throw: there it is defined, as the language does.
 */
export function disposeSymbol(): typeof Symbol.dispose {
  if (Symbol.dispose === undefined) {
    Object.defineProperty(Symbol, "dispose", { value: Symbol("Symbol.dispose") });
  }
  return Symbol.dispose;
}
