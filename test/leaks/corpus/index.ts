// The corpus: functions that leak, and functions that look like them and do not, in pairs.
import { asyncContext } from "./async-context.js";
import { buffers } from "./buffers.js";
import { caches } from "./caches.js";
import type { LeakCase } from "./case.js";
import { closures } from "./closures.js";
import { code } from "./code.js";
import { collections } from "./collections.js";
import { everyday } from "./everyday.js";
import { everydayData } from "./everyday-data.js";
import { exotic } from "./exotic.js";
import { handles } from "./handles.js";
import { listeners } from "./listeners.js";
import { native } from "./native.js";
import { objects } from "./objects.js";
import { primitives } from "./primitives.js";
import { promises } from "./promises.js";
import { streams } from "./streams.js";
import { strings } from "./strings.js";
import { timers } from "./timers.js";
import { weak } from "./weak.js";
import { webassembly } from "./webassembly.js";
import { workers } from "./workers.js";

export type { LeakCase } from "./case.js";

export const corpus: Readonly<Record<string, readonly LeakCase[]>> = {
  objects,
  primitives,
  exotic,
  closures,
  collections,
  strings,
  listeners,
  timers,
  promises,
  "async-context": asyncContext,
  weak,
  caches,
  code,
  streams,
  workers,
  buffers,
  native,
  webassembly,
  handles,
  everyday,
  "everyday-data": everydayData,
};

/** Whether the case's label is about this Node. */
export function isAbout({ nodes }: LeakCase, major: number): boolean {
  return nodes === undefined || (major >= nodes[0] && major <= nodes[1]);
}
