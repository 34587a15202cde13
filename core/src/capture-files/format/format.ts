/** The capture file's format, version 1.0, as types and numbers. `docs/capture-format.md` says it byte by byte. */

export const CAPTURE_MAGIC: readonly number[] = [0x89, 0x4d, 0x53, 0x50, 0x43, 0x41, 0x50, 0x0a];
export const CAPTURE_MAJOR = 1;
export const CAPTURE_MINOR = 0;
/** Bytes of the file's header, and of each chunk's. */
export const FILE_HEADER_BYTES = 16;
export const CHUNK_HEADER_BYTES = 16;
export const MAX_PAYLOAD_BYTES: number = 2 ** 24;

export const ChunkKind = { meta: 1, definitions: 2, events: 3, sums: 4, end: 5, packedEvents: 6 } as const;
export const Compression = { none: 0, deflateRaw: 1, brotli: 2 } as const;

export const DefinitionType = {
  string: 1,
  script: 2,
  module: 3,
  javaScriptFrame: 4,
  nativeFrame: 5,
  node: 6,
  stack: 7,
  thread: 8,
  isolate: 9,
} as const;

export const FrameFlag = { positionIsFunction: 1, inlined: 2, builtin: 4, unknown: 8 } as const;
export const StackFlag = { truncated: 1, nativeMissing: 2 } as const;

/** Bits of an event's first byte. */
export const EventBits = {
  kind: 0b111,
  thread: 0b1000,
  spaceShift: 4,
  space: 0b11_0000,
  allocator: 0b100_0000,
  unaligned: 0b1000_0000,
} as const;
export const EventKind = { other: 0, allocation: 1, free: 2, heapAllocation: 3, heapFree: 4 } as const;
export const OtherEvent = {
  levels: 1,
  collectionBegins: 2,
  collectionEnded: 3,
  restored: 4,
  map: 5,
  commit: 6,
  unmap: 7,
  sampling: 8,
  heapEnds: 9,
  missed: 10,
} as const;
export const SpaceCode = { heap: 0, buffers: 1, native: 2 } as const;
export const CollectionKind = { young: 1, full: 2, other: 3 } as const;

/** The first chunk. Keys that a reader does not know are passed over. */
export interface CaptureMeta {
  /** "all": every allocation; "sums": aggregated. */
  readonly contents: "all" | "sums";
  /** Native frames were taken at each allocation. */
  readonly nativeStacks: boolean;
  /** Bytes between two samples of the heap on average; 1: every object; 0: the heap is not sampled. */
  readonly heapInterval: number;
  /** Milliseconds between two `levels`. */
  readonly timelineIntervalMs: number;
  /** Of a page of memory: mappings come and go in whole pages. Where it is missing: 4096. */
  readonly pageBytes: number;
  /** Names of the hooked functions, by the number that events name. Index 0 is "". */
  readonly allocators: readonly string[];
  readonly startedAt: string;
  readonly process: {
    readonly pid: number;
    readonly parentPid: number;
    readonly argv: readonly string[];
    readonly execArgv: readonly string[];
    readonly cwd: string;
    readonly node: string;
    readonly v8: string;
    readonly platform: string;
    readonly architecture: string;
  };
  readonly memspec: string;
  /** What is true of this machine or run and makes a figure weaker, in sentences. */
  readonly notes: readonly string[];
  /** The same for all files of one `memspec run --follow`; `null`: the process was recorded alone. */
  readonly run: string | null;
}

/** The last chunk of a recording that ended in order. */
export interface CaptureEnd {
  /** Microseconds since the recording began. */
  readonly time: number;
  /** "exit": the program ended; "stop": the recording was stopped; "full": the disk took no more; "slow": the disk could not keep up. */
  readonly reason: "exit" | "stop" | "full" | "slow";
  /** A sentence, where the reason wants one (the system's error); else "". */
  readonly detail: string;
  readonly exitCode: number | null;
  readonly dropped: {
    /** Stacks for which there was no room. */
    readonly stacks: number;
    /** Blocks that could not be followed. */
    readonly blocks: number;
    /** Frees of blocks that are older than the recording. */
    readonly unknownFrees: number;
    /** Bytes of the recording that could not be written. */
    readonly bytes: number;
  };
}
