/** Lets the stack of an error begin in the user's code: runners then show that line, and none of memspec's. */

import { isMemspecError } from "../errors/memspec-error.js";
import { type CallSite, parseCallSite } from "./call-site.js";

/** Gives `error` the stack of `site`. Leaves it as it is when the site has no frame of the user's. */
export function placeAt(error: Error, site: CallSite): void {
  if (site.file !== "") error.stack = `${error.name}: ${error.message}\n${site.stackLines.join("\n")}`;
}

/**
 * What to throw in place of `error`: itself. A `MemspecError` loses the frames above the user's first one; when it has
 * none of the user's, as after an `await`, it gets the stack of `site`. What is not ours stays untouched.
 */
export function placed(error: unknown, site?: () => CallSite): unknown {
  if (!isMemspecError(error)) return error;
  const own = parseCallSite(error.stack ?? "", error.message);
  if (own.file !== "") placeAt(error, own);
  else if (site !== undefined) placeAt(error, site());
  return error;
}
