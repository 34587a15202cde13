/** Used bytes of each isolate's heap at its last reading, and how many collections have begun. */

import { MAX_ISOLATES } from "./event-fields.js";

export class HeapLevels {
  #used = new Float64Array(16);
  #begun = new Uint32Array(16);
  /** Of all isolates together. */
  total = 0;

  set(isolate: number, used: number): void {
    this.#reach(isolate);
    this.total += used - (this.#used[isolate] as number);
    this.#used[isolate] = used;
  }

  collectionBegins(isolate: number): void {
    this.#reach(isolate);
    this.#begun[isolate] = (this.#begun[isolate] as number) + 1;
  }

  collectionsBegun(isolate: number): number {
    return this.#begun[isolate] ?? 0;
  }

  #reach(isolate: number): void {
    if (isolate < this.#used.length) return;
    const length = Math.min(MAX_ISOLATES, Math.max(isolate + 1, this.#used.length * 2));
    const used = new Float64Array(length);
    used.set(this.#used);
    this.#used = used;
    const begun = new Uint32Array(length);
    begun.set(this.#begun);
    this.#begun = begun;
  }
}
