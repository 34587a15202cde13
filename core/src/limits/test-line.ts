/** Where a test is defined, for every test of a run: so the stack is formatted for the one frame that is wanted. */

import { callSiteOf, isUsersPath, type StackHolder } from "./call-site.js";

type Prepare = NonNullable<typeof Error.prepareStackTrace>;

/**
 * The line of the first of the user's frames, mapped to the source by whoever maps stacks here. The stack of `holder` is that
 * frame alone from then on, if nobody has read it before.
 *
 * @param realm whose `Error` made it: a sandbox has one of its own; `null`: the stack is to stay whole
 */
export function lineOfStack(holder: StackHolder, realm: ErrorConstructor | null = Error): number {
  const whole = realm?.prepareStackTrace;
  if (realm === null || whole === undefined) return callSiteOf(holder).line;
  const first: Prepare = (error, sites) => {
    const own = sites.find((site) => isUsersPath(site.getFileName() ?? "<anonymous>"));
    return own === undefined ? "" : whole(error, [own]);
  };
  realm.prepareStackTrace = first;
  try {
    return callSiteOf(holder).line;
  } finally {
    realm.prepareStackTrace = whole;
  }
}
