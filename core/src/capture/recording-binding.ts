/** The part of the addon that records the process into a file. There is one recording a process, whichever isolate began it. */

export interface RawRecordingSummary {
  readonly bytes: number;
  readonly events: number;
  readonly reason: "exit" | "stop" | "full" | "slow";
  /** The system's message of the write that failed; "": none did. */
  readonly error: string;
  readonly droppedStacks: number;
  readonly droppedBlocks: number;
  readonly unknownFrees: number;
  readonly droppedBytes: number;
}

/** What a file's first chunk says of this machine. */
export interface RawRecordingFacts {
  /** Hooked functions by the number that events name. */
  readonly allocators: readonly string[];
  readonly pageBytes: number;
  /** V8's samples of the heap can be followed from birth to death. */
  readonly heapLifetimes: boolean;
}

export interface RecordingBinding {
  /** The first call tries out whether V8's samples of the heap can be followed. */
  recordingFacts(): RawRecordingFacts;
  /**
   * @param options.meta the first chunk, JSON
   * @param options.heapInterval bytes between two samples on average; 1: every object; 0: none
   */
  recordingStart(options: {
    readonly file: string;
    readonly meta: string;
    readonly overwrite: boolean;
    readonly aggregate: boolean;
    readonly nativeStacks: boolean;
    readonly heapInterval: number;
    readonly timelineIntervalMs: number;
  }): void;
  /** `null`: there was none. `exit`: the process ends; its code, or `null`. */
  recordingStop(exit: boolean, exitCode: number | null): RawRecordingSummary | null;
  recordingIsOpen(): boolean;
}
