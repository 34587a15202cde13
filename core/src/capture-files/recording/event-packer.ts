/** Packs the events of a capture, chunk by chunk, in their order. */

import { loadAddon } from "../../capture/load-addon.js";
import type { Packer, PackingBinding } from "../../capture/packing-binding.js";
import { ChunkKind, Compression } from "../format/format.js";
import type { Chunk } from "../reading/chunks.js";

export class EventPacker {
  readonly #binding: PackingBinding | null = packingBinding();
  /** Of the present process; `null`: its events stay as they are from here on. */
  #packer: Packer | null = null;

  /** @returns the chunk to write in its place; `null`: it stays as it is */
  async packed(chunk: Chunk): Promise<Chunk | null> {
    if (chunk.kind === ChunkKind.meta) this.#packer = this.#binding?.packerOpen() ?? null;
    const isEvents = chunk.kind === ChunkKind.events || chunk.kind === ChunkKind.packedEvents;
    if (!isEvents || this.#packer === null || this.#binding === null) return null;
    // Somebody was here before: what follows cannot be packed without what he made of it.
    const isNew = chunk.kind === ChunkKind.events && chunk.compression === Compression.none;
    const payload = isNew ? await this.#binding.packerAdd(this.#packer, chunk.payload) : null;
    if (payload !== null) return { ...chunk, kind: ChunkKind.packedEvents, bytes: payload.length, payload };
    this.#packer = null;
    return null;
  }
}

/** `null`: there is no addon, or one of another version. */
function packingBinding(): PackingBinding | null {
  try {
    return loadAddon().binding;
  } catch {
    return null;
  }
}
