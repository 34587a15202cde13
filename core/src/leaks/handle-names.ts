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

/** The group on the heap whose objects own the handles: it knows where they were made and why they are there. */
export function heapTypeOf(kind: string, heap: readonly LeakGroup[]): LeakGroup | null {
  for (const type of OBJECTS[kind] ?? []) {
    const owner =
      heap.find((group) => group.type === type) ?? heap.find(({ holds }) => holds.some((held) => held.type === type));
    if (owner !== undefined) return owner;
  }
  return null;
}
