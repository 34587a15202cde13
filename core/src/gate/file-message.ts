/** What a test file that leaks fails with. Pure. */

import { wrapText } from "../assertions/layout.js";
import { groupLines } from "../assertions/leak-group-section.js";
import type { MessageContext } from "../assertions/outcome.js";
import { type MessageStyle, PLAIN_STYLE } from "../assertions/style.js";
import { MemspecError } from "../errors/memspec-error.js";
import type { LeaksRecord } from "../observe/payload.js";

const DOCS = "docs/leak-gate.md";
const SHORT_GROUPS = 3;

/**
 * @param leaks with the verdict "leak"
 * @param root absolute: places are shown relative to it
 * @param file absolute: the error's place
 */
export function fileLeakError(leaks: LeaksRecord, root: string, file: string, style?: MessageStyle): MemspecError {
  const error = new MemspecError("MEMSPEC_FILE_LEAKS", fileLeakMessage(leaks, root, style), {
    value: leaks.groups.map(({ signature }) => signature),
  });
  error.stack = `${error.name}: ${error.message}\n    at ${file}:1:1`;
  return error;
}

/** What is said of a sandbox that is alive when its file has long ended. */
export function sandboxMessage(
  { groups, reason }: LeaksRecord,
  root: string,
  style: MessageStyle = PLAIN_STYLE,
): string {
  const context: MessageContext = { root, isNot: false, verbose: false, per: "test" };
  return [
    reason ?? "",
    ...groups.flatMap((group) => groupLines(group, context, style)),
    ...wrapText(
      `break the chain that keeps it alive: what a test file gives to the process (listeners, timers, properties of shared objects) it has to take back. See ${DOCS}.`,
      2,
      "Next: ",
    ),
  ].join("\n");
}

export function fileLeakMessage(
  { groups, ignored, reason }: LeaksRecord,
  root: string,
  style: MessageStyle = PLAIN_STYLE,
): string {
  const context: MessageContext = { root, isNot: false, verbose: false, per: "test" };
  const shown = groups.slice(0, SHORT_GROUPS);
  const rest = groups.length - shown.length;
  const what =
    groups.length === 1
      ? "something grows with the tests, and lives"
      : `${groups.length} things grow with the tests, and live`;
  return [
    'leaks: "file": what the tests of this file left behind when they had ended',
    "",
    `  ${style.bad("leak")}: ${what} on without them`,
    ...shown.flatMap((group) => ["", ...groupLines(group, context, style)]),
    ...(rest > 0
      ? [
          "",
          `  and ${rest} more: ${groups
            .slice(SHORT_GROUPS)
            .map(({ type }) => type)
            .join(", ")}`,
        ]
      : []),
    ...(ignored.length === 0 ? [] : [""]),
    ...ignored.map(({ group, reason: why }) => `  ${style.faint(`ignored: ${group.type} (${why})`)}`),
    ...(reason === null ? [] : ["", ...wrapText(reason, 2)]),
    "",
    ...wrapText(
      `break the chain that keeps it alive, or clean up in afterEach(). What is no leak goes into "ignoreLeaks", one that has to wait into "knownLeaks" by its signature. See ${DOCS}.`,
      2,
      "Next: ",
    ),
  ].join("\n");
}
