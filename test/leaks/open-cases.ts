// What the corpus says and a report does not say yet: docs/plan.md, "Leaks". Whoever mends one takes it off the list.

/** Cases whose verdict is not right every time. */
export const OPEN_VERDICTS: readonly string[] = ["a table of WebAssembly that grows"];

/** Cases whose verdict is right, but whose type, function, retaining name or amount is not what the source says. */
export const OPEN_EVIDENCE: readonly string[] = [
  "a chain of results, each with the one before",
  "a hundred megabytes of garbage in each call, and one row that stays",
  "a memory of WebAssembly that grows",
  "a queue that is written faster than it is read",
  "an iterator over events that is never returned",
  "async functions suspended for ever on what a list can settle",
  "async iterators left suspended in a set",
  "blocks of 20000 B by malloc on another thread, kept",
  "children that a long-lived parent forwards to",
  "compressed buffers, kept",
  "compressors that are never closed",
  "contexts, kept",
  "descriptors that are not closed",
  "finished() on a long-lived stream",
  "line readers on a long-lived input, not closed",
  "listeners for one time that never comes",
  "listeners on a long-lived AbortSignal",
  "listeners on a long-lived EventTarget",
  "listeners on a long-lived port",
  "listeners on the process",
  "long texts outside the heap, kept",
  "message channels that are not closed",
  "objects in a module's array",
  "objects registered for finalization with a value that leads back to them",
  "one buffer that is joined with the next",
  "one buffer that is resized and resized",
  "promises that are never settled",
  "requests in flight that stay in their Map",
  "shared memory, kept",
  "signals with a timeout that somebody listens to",
  "small buffers that pin the pool they are cut from",
  "sockets that are not ended",
  "sources that are piped to a long-lived stream and never end",
  "stores of an AsyncLocalStorage that functions keep",
  "stores of an AsyncLocalStorage that pending promises keep",
  "threads that are never ended",
];
