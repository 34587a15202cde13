/** A matcher's call as the user wrote it, as far as values tell: `expect(fn).not.toPeakBelow("50MB")`. */

import { showValue } from "../errors/show-value.js";

export function headline(received: string, matcher: string, isNot: boolean, argument: string): string {
  return `expect(${received})${isNot ? ".not" : ""}.${matcher}(${argument})`;
}

/** A size as it was written. */
export function sizeArgument(size: unknown): string {
  return showValue(size);
}

/** `{ Session: 0, Socket: 2 }` */
export function instancesArgument(limits: Readonly<Record<string, number>>): string {
  const entries = Object.entries(limits).map(([name, allowed]) => `${keyText(name)}: ${allowed}`);
  return `{ ${entries.join(", ")} }`;
}

function keyText(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
}
