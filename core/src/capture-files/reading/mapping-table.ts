/**
 * Mappings as disjoint pieces, ordered by address: a treap in flat arrays. The rules are those of the tracker's own table: memory is whole pages,
 * figures are the bytes that were asked for, so a piece counts [start, end) and covers up to its last page's end; what is cut out of a mapping leaves
 * pieces that are still its own, and the mapping is freed with its last piece. Pieces of different mappings are never merged.
 */

import { type Budget, checkCount } from "./malformed.js";

const NONE = 0;
const FIRST_CAPACITY = 256;
const PIECE_BYTES = 32;

/** What `removeOne` took out. */
export interface Removed {
  /** As `insert` was given it. */
  mapping: number;
  bytes: number;
  /** The mapping's last piece. */
  whole: boolean;
}

export class MappingTable {
  readonly #pageBytes: number;
  readonly #budget: Budget;
  #starts = new Float64Array(FIRST_CAPACITY);
  #ends = new Float64Array(FIRST_CAPACITY);
  #left = new Uint32Array(FIRST_CAPACITY);
  #right = new Uint32Array(FIRST_CAPACITY);
  #priorities = new Uint32Array(FIRST_CAPACITY);
  #mappings = new Uint32Array(FIRST_CAPACITY);
  #root = NONE;
  /** Piece 0 is never used. Freed pieces are chained by `left`. */
  #unused = NONE;
  #next = 1;
  /** Pieces of each mapping. */
  readonly #pieces = new Map<number, number>();
  readonly removed: Removed = { mapping: 0, bytes: 0, whole: false };
  gapStart = 0;
  gapEnd = 0;

  constructor(pageBytes: number, budget: Budget) {
    this.#pageBytes = pageBytes;
    this.#budget = budget;
  }

  roundUp(address: number): number {
    return Math.ceil(address / this.#pageBytes) * this.#pageBytes;
  }

  roundDown(address: number): number {
    return Math.floor(address / this.#pageBytes) * this.#pageBytes;
  }

  /** Takes out the lowest piece, or part of one, in [start, end), which are whole pages, and fills `removed`; `false`: there is none. */
  removeOne(start: number, end: number): boolean {
    const piece = this.#firstOverlapping(start, end);
    if (piece === NONE) return false;
    const pieceStart = this.#start(piece);
    const pieceEnd = this.#end(piece);
    const mapping = this.#mappings[piece] as number;
    const cutStart = Math.max(pieceStart, start);
    this.removed.mapping = mapping;
    // `start` is a page's, so a piece that reaches it has bytes that were asked for behind it.
    this.removed.bytes = Math.min(pieceEnd, end) - cutStart;
    this.removed.whole = false;
    const keepsFront = pieceStart < start;
    const keepsBack = pieceEnd > end;
    if (keepsFront) {
      this.#ends[piece] = cutStart;
      if (keepsBack) this.#addPiece(end, pieceEnd, mapping);
    } else if (keepsBack) {
      this.#starts[piece] = end;
    } else {
      this.#unlink(piece);
      this.#left[piece] = this.#unused;
      this.#unused = piece;
      const left = (this.#pieces.get(mapping) ?? 1) - 1;
      this.removed.whole = left === 0;
      if (left === 0) this.#pieces.delete(mapping);
      else this.#pieces.set(mapping, left);
    }
    return true;
  }

  /** No piece lies in [start, end) up to its last page's end. `mapping`: any number, of no other mapping that is alive. */
  insert(start: number, end: number, mapping: number): void {
    this.#addPiece(start, end, mapping);
  }

  /** Fills `gapStart` and `gapEnd` with the lowest part of [start, end) that no piece covers; `false`: all is covered. */
  findGap(start: number, end: number): boolean {
    const coveredEnd = this.roundUp(end);
    for (let at = start; ; ) {
      const piece = this.#firstOverlapping(at, coveredEnd);
      if (piece === NONE || this.#start(piece) > at) {
        this.gapStart = at;
        this.gapEnd = piece === NONE ? end : Math.min(end, this.#start(piece));
        return at < end;
      }
      at = this.roundUp(this.#end(piece));
      if (at >= end) return false;
    }
  }

  #start(piece: number): number {
    return this.#starts[piece] as number;
  }

  #end(piece: number): number {
    return this.#ends[piece] as number;
  }

  #addPiece(start: number, end: number, mapping: number): void {
    let piece = this.#unused;
    if (piece !== NONE) this.#unused = this.#left[piece] as number;
    else {
      piece = this.#next;
      if (piece === this.#starts.length) this.#grow();
      this.#next += 1;
    }
    this.#starts[piece] = start;
    this.#ends[piece] = end;
    this.#mappings[piece] = mapping;
    this.#priorities[piece] = Math.random() * 2 ** 32;
    this.#left[piece] = NONE;
    this.#right[piece] = NONE;
    checkCount(this.#pieces.size, "mappings");
    this.#pieces.set(mapping, (this.#pieces.get(mapping) ?? 0) + 1);
    this.#link(piece);
  }

  #grow(): void {
    const capacity = this.#starts.length * 2;
    // The map of pieces takes as much again.
    this.#budget.take((capacity / 2) * PIECE_BYTES * 2);
    const wide = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(capacity);
      grown.set(old);
      return grown;
    };
    const narrow = (old: Uint32Array): Uint32Array<ArrayBuffer> => {
      const grown = new Uint32Array(capacity);
      grown.set(old);
      return grown;
    };
    this.#starts = wide(this.#starts);
    this.#ends = wide(this.#ends);
    this.#left = narrow(this.#left);
    this.#right = narrow(this.#right);
    this.#priorities = narrow(this.#priorities);
    this.#mappings = narrow(this.#mappings);
  }

  #lastAtOrBelow(address: number): number {
    let found = NONE;
    for (let at = this.#root; at !== NONE; ) {
      const below = this.#start(at) <= address;
      if (below) found = at;
      at = (below ? this.#right[at] : this.#left[at]) as number;
    }
    return found;
  }

  #firstAtOrAbove(address: number): number {
    let found = NONE;
    for (let at = this.#root; at !== NONE; ) {
      const above = this.#start(at) >= address;
      if (above) found = at;
      at = (above ? this.#left[at] : this.#right[at]) as number;
    }
    return found;
  }

  #firstOverlapping(start: number, end: number): number {
    const below = this.#lastAtOrBelow(start);
    if (below !== NONE && this.roundUp(this.#end(below)) > start) return below;
    const above = this.#firstAtOrAbove(start);
    return above !== NONE && this.#start(above) < end ? above : NONE;
  }

  /** Goes down to where the piece's priority puts it, and splits what is below by its start. No recursion: the file decides on the order. */
  #link(piece: number): void {
    const start = this.#start(piece);
    const priority = this.#priorities[piece] as number;
    let parent = NONE;
    let parentIsLeft = false;
    let at = this.#root;
    while (at !== NONE && (this.#priorities[at] as number) >= priority) {
      parent = at;
      parentIsLeft = this.#start(at) >= start;
      at = (parentIsLeft ? this.#left[at] : this.#right[at]) as number;
    }
    this.#setChild(parent, parentIsLeft, piece);
    // The two places at which what is below `start`, and what is not, goes on.
    let belowParent = piece;
    let belowIsLeft = true;
    let aboveParent = piece;
    let aboveIsLeft = false;
    while (at !== NONE) {
      if (this.#start(at) < start) {
        this.#setChild(belowParent, belowIsLeft, at);
        belowParent = at;
        belowIsLeft = false;
        at = this.#right[at] as number;
      } else {
        this.#setChild(aboveParent, aboveIsLeft, at);
        aboveParent = at;
        aboveIsLeft = true;
        at = this.#left[at] as number;
      }
    }
    this.#setChild(belowParent, belowIsLeft, NONE);
    this.#setChild(aboveParent, aboveIsLeft, NONE);
  }

  #unlink(piece: number): void {
    const start = this.#start(piece);
    let parent = NONE;
    let parentIsLeft = false;
    for (let at = this.#root; at !== piece; ) {
      parent = at;
      parentIsLeft = this.#start(at) >= start;
      at = (parentIsLeft ? this.#left[at] : this.#right[at]) as number;
    }
    // Its children, merged, take its place.
    let below = this.#left[piece] as number;
    let above = this.#right[piece] as number;
    while (below !== NONE && above !== NONE) {
      if ((this.#priorities[below] as number) > (this.#priorities[above] as number)) {
        this.#setChild(parent, parentIsLeft, below);
        parent = below;
        parentIsLeft = false;
        below = this.#right[below] as number;
      } else {
        this.#setChild(parent, parentIsLeft, above);
        parent = above;
        parentIsLeft = true;
        above = this.#left[above] as number;
      }
    }
    this.#setChild(parent, parentIsLeft, below === NONE ? above : below);
  }

  #setChild(parent: number, isLeft: boolean, child: number): void {
    if (parent === NONE) this.#root = child;
    else if (isLeft) this.#left[parent] = child;
    else this.#right[parent] = child;
  }
}
