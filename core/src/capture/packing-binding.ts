/** The part of the addon that packs the events of a finished capture. */

/** One for the events of one process, from its first to its last. */
export type Packer = { readonly __packer: never };

export interface PackingBinding {
  packerOpen(): Packer;
  /**
   * Packs the payload of an events chunk, not compressed, on another thread, from where it lies: nobody writes there until the promise is settled.
   * One after the other: that of the one before is settled.
   *
   * @returns `null`: it is not well formed, or says what cannot be packed. All that follow are refused, too
   */
  packerAdd(packer: Packer, payload: Uint8Array): Promise<Uint8Array | null>;
}
