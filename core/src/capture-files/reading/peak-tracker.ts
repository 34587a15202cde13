/**
 * High-water marks, one for each set of spaces that is asked for. A group's share is not copied at each new mark: a mark has a number, and a group
 * that is touched after it first writes down what it has, and under which number. What was not touched since is as it was at the mark.
 */

/** One mark, and the levels at it. */
export class PeakTracker {
  /** As bits, see `spaces.ts`. */
  readonly spaces: number;
  /** Number of the mark. */
  mark = 0;
  bytes = 0;
  timeUs = 0;
  heapBytes = 0;
  buffersBytes = 0;
  nativeBytes = 0;

  constructor(spaces: number) {
    this.spaces = spaces;
  }

  /**
   * Tells the levels of a moment.
   *
   * @returns bytes by which the level is below the peak
   */
  tell(heap: number, buffers: number, native: number, timeUs: number): number {
    const level =
      ((this.spaces & 1) === 0 ? 0 : heap) +
      ((this.spaces & 2) === 0 ? 0 : buffers) +
      ((this.spaces & 4) === 0 ? 0 : native);
    if (level <= this.bytes) return this.bytes - level;
    this.bytes = level;
    this.mark += 1;
    this.timeUs = timeUs;
    this.heapBytes = heap;
    this.buffersBytes = buffers;
    this.nativeBytes = native;
    return 0;
  }
}
