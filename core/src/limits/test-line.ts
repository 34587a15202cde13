/** Where a test is defined, for every test of a run: so of its stack the one frame that is wanted is read, and nothing formatted. */

import type { ToSourceLine } from "../measure/analyse-here.js";
import { callSiteOf, captureStack, isUsersPath, type StackHolder } from "./call-site.js";

type Prepare = NonNullable<typeof Error.prepareStackTrace>;
type Site = Parameters<Prepare>[1][number];

/**
 * The first of the user's frames in a stack that nobody has read; the stack is empty from then on.
 *
 * @param realm whose `Error` made it: a sandbox has one of its own
 */
function userSite(holder: StackHolder, realm: ErrorConstructor): Site | undefined {
  const formatter = realm.prepareStackTrace;
  let found: Site | undefined;
  realm.prepareStackTrace = (_error, sites) => {
    found = sites.find((site) => isUsersPath(site.getFileName() ?? "<anonymous>"));
    return "";
  };
  try {
    void holder.stack;
    return found;
  } finally {
    if (formatter === undefined) Reflect.deleteProperty(realm, "prepareStackTrace");
    else realm.prepareStackTrace = formatter;
  }
}

/** Frames of a runner between its `test()` and the user's call of it. */
const USUAL_DEPTH = 3;

/** The first of the user's frames above `caller`. It is mostly near, and the whole stack is taken only where it is not. */
export function userSiteAbove(caller: (...args: never[]) => unknown): Site | undefined {
  return userSite(captureStack(caller, USUAL_DEPTH), Error) ?? userSite(captureStack(caller), Error);
}

/** The line in the source. Where `toSourceLine` does not know it, whoever formats stacks here is asked. */
export function lineOfSite(site: Site, toSourceLine: ToSourceLine): number {
  const line = site.getLineNumber() ?? 0;
  const known = toSourceLine(site.getFileName() ?? "", line, site.getColumnNumber() ?? 0);
  if (known > 0) return known;
  const format = Error.prepareStackTrace;
  return format === undefined ? line : callSiteOf({ stack: format(new Error(), [site]) }).line;
}

/**
 * The line of the first of the user's frames.
 *
 * @param realm as for `userSite`; `null`: the stack is to stay whole
 */
export function lineOfStack(holder: StackHolder, realm: ErrorConstructor | null, toSourceLine: ToSourceLine): number {
  const site = realm === null ? undefined : userSite(holder, realm);
  return site === undefined ? callSiteOf(holder).line : lineOfSite(site, toSourceLine);
}
