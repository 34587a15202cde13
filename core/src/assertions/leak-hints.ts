/** What helps against each well-known kind of leak. */

import type { LeakHint } from "../leaks/types.js";

const HINTS: Readonly<Record<LeakHint, string>> = {
  listener:
    "each call adds a listener to an emitter that lives on: take it off with off(), or add it with { once: true } or a signal.",
  "abort-listener":
    "each call listens to a signal that lives on: take the listener off when the work is done, or give it a signal of its own.",
  timer: "a timer that is still to fire keeps its callback and all that it refers to: clear it when the work is done.",
  promise: "a promise that is never settled keeps whoever waits for it: settle it, or give it a timeout.",
  "module-collection":
    "a collection that lives as long as its module only grows: delete from it, bound it, or key it weakly (WeakMap).",
  "shared-context":
    "functions made in one scope share its variables: one that lives on keeps what only another one uses. Move it out of that scope.",
  "buffer-slice": "a slice keeps the whole memory that it was cut from: copy it with Buffer.from(slice).",
  "string-slice":
    "a short part keeps the long string that it was cut from: copy it, for example through Buffer.from(part).toString().",
  "handle-not-closed":
    "each call opens something that nobody closes: close() or destroy() it, also when the call fails.",
  "native-block":
    "memory that native code allocates and does not free: look for a missing close(), free() or dispose() of the object that owns it.",
};

export function hintText(hint: LeakHint): string {
  return HINTS[hint];
}
