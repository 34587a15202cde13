/** Events of a process, chunk after chunk, whichever way they are written. */

import { ChunkKind } from "../format/format.js";
import type { EventBatch } from "./event-batch.js";
import { EventDecoder } from "./event-decoder.js";
import type { EventPayload } from "./event-payloads.js";
import { type Budget, Malformed } from "./malformed.js";
import { PackedDecoder } from "./packed-decoder.js";
import type { RecordedProcess } from "./recorded-process.js";

export class EventSource {
  readonly #plain: EventDecoder;
  readonly #packed: PackedDecoder;
  #current: EventDecoder | PackedDecoder;
  #isStarted = false;

  /** @param told how blocks of packed events are known: see `PackedDecoder` */
  constructor({ meta }: RecordedProcess, told: "addresses" | "numbers", budget: Budget) {
    this.#plain = new EventDecoder(meta.allocators.length);
    this.#packed = new PackedDecoder(meta.allocators.length, told, budget);
    this.#current = this.#plain;
  }

  /** @throws Malformed */
  start({ kind, payload }: EventPayload): void {
    this.#isStarted = false;
    if (payload === null) throw new Malformed("a chunk cannot be inflated");
    this.#current = kind === ChunkKind.packedEvents ? this.#packed : this.#plain;
    this.#current.start(payload);
    this.#isStarted = true;
  }

  /**
   * Fills the batch anew.
   *
   * @returns `false`: there was nothing left of the chunk
   * @throws Malformed the batch then holds the events before it
   */
  next(batch: EventBatch): boolean {
    return this.#current.next(batch);
  }

  /** What is wrong, with its place. What is no `Malformed` is thrown again. */
  reasonOf(error: unknown): string {
    if (!(error instanceof Malformed)) throw error;
    if (!this.#isStarted) return error.message;
    const unit = this.#current === this.#packed ? "event" : "byte";
    return `${error.message} (at or before ${unit} ${this.#current.at} of a chunk's events)`;
  }
}
