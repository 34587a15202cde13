/** A program of events, as a test says it. */

export type OffHeap = "buffers" | "native";

/** `stack` 0: none. Threads are numbers. */
export type TestEvent =
  | {
      readonly do: "allocate";
      readonly thread: number;
      readonly space: OffHeap;
      readonly allocator: number;
      readonly address: number;
      readonly bytes: number;
      readonly stack: number;
    }
  | { readonly do: "free"; readonly thread: number; readonly address: number }
  | { readonly do: "restored"; readonly thread: number }
  | {
      readonly do: "map" | "commit";
      readonly thread: number;
      readonly space: OffHeap;
      readonly allocator: number;
      readonly address: number;
      readonly bytes: number;
      readonly stack: number;
    }
  | { readonly do: "unmap"; readonly thread: number; readonly address: number; readonly bytes: number }
  | {
      readonly do: "born";
      readonly thread: number;
      readonly handle: number;
      readonly bytes: number;
      readonly stack: number;
    }
  | { readonly do: "collected"; readonly thread: number; readonly handle: number }
  | { readonly do: "sampling"; readonly thread: number; readonly interval: number; readonly flags: number }
  | {
      readonly do: "levels";
      readonly timeUs: number;
      readonly rss: number;
      readonly buffers: number;
      readonly native: number;
      readonly engine: number;
      readonly heaps: readonly { readonly isolate: number; readonly used: number; readonly committed: number }[];
    }
  | {
      readonly do: "collectionBegins" | "collectionEnded";
      readonly timeUs: number;
      readonly isolate: number;
      readonly kind: number;
      readonly used: number;
    }
  | { readonly do: "heapEnds"; readonly isolate: number }
  | { readonly do: "missed"; readonly count: number };

/** What a file defines. Numbers count from 1, in the order of the lists; 0 is none. */
export interface TestDefinitions {
  readonly strings: readonly string[];
  readonly scripts: readonly { readonly name: number; readonly map: number }[];
  readonly modules?: readonly {
    readonly path: number;
    readonly buildId: number;
    readonly bias: number;
    readonly first: number;
    readonly end: number;
  }[];
  readonly frames: readonly (
    | {
        readonly function: number;
        readonly script: number;
        readonly line: number;
        readonly column: number;
        readonly flags: number;
      }
    | { readonly module: number; readonly offset: number; readonly symbol: number }
  )[];
  readonly nodes: readonly { readonly parent: number; readonly frame: number }[];
  readonly stacks: readonly { readonly id: number; readonly node: number; readonly flags?: number }[];
  readonly threads: readonly {
    readonly id: number;
    readonly systemId: number;
    readonly name: number;
    readonly isolate: number;
  }[];
}
