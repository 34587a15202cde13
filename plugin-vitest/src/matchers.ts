/** memspec's matchers as Vitest's `expect.extend` takes them. */

import type { MatcherResult, MatcherThis, MemoryMatchers } from "@memspec/core/adapter";
import type { Session } from "./session.js";
import type { TestTask } from "./tasks.js";

/** What Vitest gives to a matcher as `this`, beside what both runners give. */
interface VitestMatcherThis extends MatcherThis {
  /** The test that the `expect` belongs to. */
  readonly task?: TestTask;
}

type Matcher = (this: VitestMatcherThis, received: unknown, ...args: unknown[]) => MatcherResult | Promise<MatcherResult>;

export function matchersFor(session: Session, matchers: MemoryMatchers): Record<string, Matcher> {
  const adapted: Record<string, Matcher> = {};
  for (const [name, matcher] of Object.entries(matchers) as [string, Matcher][]) {
    adapted[name] = function (received, ...args) {
      return session.asking(this.task, () => matcher.call(this, received, ...args));
    };
  }
  return adapted;
}
