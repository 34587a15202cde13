/** Where a test is defined, for every test of a run: so of its stack the one frame that is wanted is read, and nothing formatted. */

import type { ToSourceLine } from "../measure/analyse-here.js";
import { callSiteOf, isUsersPath, type StackHolder } from "./call-site.js";

type Prepare = NonNullable<typeof Error.prepareStackTrace>;

/**
 * The line of the first of the user's frames. The stack of `holder` is that frame alone from then on, if nobody has read it
 * before.
 *
 * @param realm whose `Error` made it: a sandbox has one of its own; `null`: the stack is to stay whole
 * @param toSourceLine where it does not know the line, whoever formats stacks here is asked
 */
export function lineOfStack(holder: StackHolder, realm: ErrorConstructor | null, toSourceLine: ToSourceLine): number {
  const own = realm?.prepareStackTrace;
  // Node asks that of the main realm where a sandbox has none.
  const whole = own ?? Error.prepareStackTrace;
  if (realm === null || whole === undefined) return callSiteOf(holder).line;
  let known = 0;
  const first: Prepare = (error, sites) => {
    const site = sites.find((frame) => isUsersPath(frame.getFileName() ?? "<anonymous>"));
    if (site === undefined) return "";
    const script = site.getFileName() ?? "";
    known = toSourceLine(script, site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0);
    return known > 0 ? `    at ${script}:${site.getLineNumber()}:${site.getColumnNumber()}` : whole(error, [site]);
  };
  realm.prepareStackTrace = first;
  try {
    const { stack } = holder;
    return known > 0 ? known : callSiteOf({ stack }).line;
  } finally {
    if (own === undefined) Reflect.deleteProperty(realm, "prepareStackTrace");
    else realm.prepareStackTrace = own;
  }
}
