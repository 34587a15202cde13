import type { LeakGroup } from "./types.js";

/** libuv's and Node's kinds of handles, as people call them. */
export const HANDLE_NAMES: Readonly<Record<string, string>> = {
  fd: "file descriptor",
  tcp: "TCP handle",
  udp: "UDP handle",
  pipe: "pipe",
  tty: "terminal",
  process: "child process",
  fs_event: "file watcher",
  fs_poll: "file watcher",
  signal: "signal handler",
  async: "message port or thread",
  timer: "timer",
};

/** Objects that stand for a handle, what the program made first. */
const OBJECTS: Readonly<Record<string, readonly string[]>> = {
  fd: ["FileHandle", "ReadStream", "WriteStream", "Dir", "DirHandle"],
  tcp: ["Server", "Socket", "TCP"],
  udp: ["Socket", "UDP"],
  pipe: ["Server", "Socket", "Pipe"],
  process: ["ChildProcess", "Process"],
  fs_event: ["FSWatcher", "FSEvent"],
  fs_poll: ["StatWatcher"],
  signal: ["Signal"],
  async: ["Worker", "BroadcastChannel", "MessageChannel", "MessagePort"],
};

/**
 * The group on the heap whose objects own the handles: it knows where they were made and why they are there. One with as many
 * objects a call as there are handles, if there is one.
 */
export function heapTypeOf(kind: string, handlesPerCall: number | null, heap: readonly LeakGroup[]): LeakGroup | null {
  const types = OBJECTS[kind] ?? [];
  const named = types.flatMap((type) => heap.filter((group) => group.type === type));
  const asMany = named.find(({ countPerCall }) => isAbout(countPerCall, handlesPerCall));
  const holder = types.flatMap((type) => heap.filter(({ holds }) => holds.some((held) => held.type === type)));
  return asMany ?? named[0] ?? holder[0] ?? null;
}

function isAbout(count: number | null, other: number | null): boolean {
  return count !== null && other !== null && Math.abs(count - other) <= 0.1 * other;
}

/** Whether an object of the type stands for a handle of the kind itself; else it holds one that does. */
export function standsForHandle(kind: string, type: string): boolean {
  return OBJECTS[kind]?.includes(type) === true;
}
