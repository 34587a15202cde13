/** The matchers of a test file, and the promises that they hand out. */

import type { MemoryMatchers, MemspecError, PendingMatchers, PendingRegistry } from "@memspec/core/adapter";
import { matchersOnUse, ownWork } from "@memspec/core/worker";
import type { Session } from "./session.js";
import { wholeCore } from "./whole-core.js";

export interface FileMatchers extends PendingMatchers {
  readonly matchers: MemoryMatchers;
  /** Makes them now, before the file's code, whose figures they are not in then. */
  make(): void;
}

interface Made {
  readonly matchers: MemoryMatchers;
  readonly pending: PendingRegistry;
}

const NONE: readonly MemspecError[] = [];

export function createFileMatchers(session: Session): FileMatchers {
  let made: Made | undefined;
  const make = (): Made => {
    const { createMatchers, createPending } = wholeCore();
    made ??= ownWork(() => {
      const pending = createPending(session);
      return { pending, matchers: createMatchers(session, session.options, pending) };
    });
    return made;
  };
  return {
    matchers: matchersOnUse(() => make().matchers),
    make: () => void make(),
    finish: (testId, body) => made?.pending.finish(testId, body) ?? NONE,
  };
}
