/** Where in the user's code a matcher was called, and how that call reads with the missing `await`. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface CallSite {
  /** Absolute path; "" when no frame of the user's is on the stack. */
  readonly file: string;
  /** 1-based; 0 when unknown. */
  readonly line: number;
  /** The stack's lines from the user's frame on, as the runner formatted them. */
  readonly stackLines: readonly string[];
}

/** Runners put some frames of theirs between the call and the matcher. */
const STACK_DEPTH = 30;

const POSITION = /^\s*at (?:async )?(?:.*\()?((?:file:\/\/)?[^()]+?):(\d+):(\d+)\)?$/u;

/** Something with a stack that is formatted when it is first read: runners map positions to the source at that moment. */
export interface StackHolder {
  readonly stack?: unknown;
}

/** Remembers the stack of now, above `caller`. */
export function captureStack(caller: (...args: never[]) => unknown, frames: number = STACK_DEPTH): StackHolder {
  const holder: StackHolder = {};
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  Error.captureStackTrace(holder, caller);
  Error.stackTraceLimit = depth;
  return holder;
}

/** As `captureStack`, to be asked for the place. */
export function captureCallSite(caller: (...args: never[]) => unknown): () => CallSite {
  const holder = captureStack(caller);
  return () => callSiteOf(holder);
}

export function callSiteOf({ stack }: StackHolder): CallSite {
  return parseCallSite(typeof stack === "string" ? stack : "");
}

/**
 * @param stack text as `Error#stack` has it
 * @param message of the error, which the stack may begin with: its lines are no frames, whatever they look like
 */
export function parseCallSite(stack: string, message = ""): CallSite {
  const at = stack.indexOf(message);
  const frames = at < 0 ? stack : stack.slice(at + message.length);
  const lines = frames.split("\n").filter((line) => /^\s*at /u.test(line));
  for (const [index, text] of lines.entries()) {
    const [, path, line] = POSITION.exec(text) ?? [];
    if (path === undefined || line === undefined || !isUsersPath(path)) continue;
    return { file: pathOf(path), line: Number(line), stackLines: lines.slice(index) };
  }
  return { file: "", line: 0, stackLines: lines };
}

/** Whether a frame of this file is of code that the user wrote. */
export function isUsersPath(path: string): boolean {
  return !path.startsWith("node:") && path !== "<anonymous>" && !/[\\/]node_modules[\\/]/u.test(path);
}

function pathOf(path: string): string {
  if (!path.startsWith("file:")) return path;
  try {
    return fileURLToPath(path);
  } catch {
    return path;
  }
}

/** Longer statements are shown by their first and last line. */
const MAX_STATEMENT_LINES = 200;

/**
 * The statement that calls `matcher` at `site`, with `await` before its `expect`. `null` when the source does not show
 * it there: no line is better than a wrong one.
 */
export function correctedLines(site: CallSite, matcher: string): readonly string[] | null {
  if (site.file === "" || site.line === 0) return null;
  let source: string;
  try {
    source = readFileSync(site.file, "utf8");
  } catch {
    return null;
  }
  return correctStatement(source.split(/\r?\n/u), site.line, matcher);
}

/**
 * @param lines of the source
 * @param line 1-based: where the matcher is called
 */
export function correctStatement(lines: readonly string[], line: number, matcher: string): readonly string[] | null {
  const last = lines[line - 1];
  if (last === undefined || !last.includes(`.${matcher}`)) return null;
  let statement = "";
  for (let index = line - 1; index >= 0 && line - index <= MAX_STATEMENT_LINES; index -= 1) {
    const first = lines[index] ?? "";
    const onLast = index === line - 1;
    const end = onLast ? first.indexOf(`.${matcher}`) : first.length;
    statement = `${first.slice(0, end)}\n${statement}`;
    const at = lastExpect(first, end);
    if (at < 0) continue;
    if (!isOneCall(statement.slice(at))) return null;
    const corrected = `${first.slice(0, at)}await ${first.slice(at)}`.trim();
    if (onLast) return [corrected];
    return line - index > 2 ? [corrected, "  …", last.trim()] : [corrected, last.trim()];
  }
  return null;
}

const LITERALS = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//gu;

/** Whether a text is `expect(…)`, perhaps with `.not`, and no more: so that what follows is called on it. */
function isOneCall(text: string): boolean {
  const code = text.replaceAll(LITERALS, "");
  let depth = 0;
  for (let index = code.indexOf("("); index >= 0 && index < code.length; index += 1) {
    if (code[index] === "(") depth += 1;
    if (code[index] === ")") depth -= 1;
    if (depth === 0) return /^\s*(?:\.not)?\s*$/u.test(code.slice(index + 1));
  }
  return false;
}

/** Where `expect` (or `expect.soft`, or an `expect` of the test's context) begins; -1: not before `end`. */
function lastExpect(line: string, end: number): number {
  let found = -1;
  for (const match of line.matchAll(/(?<![\w$])(?:[\w$]+\.)?expect(?:\.soft)?(?=\s*\()/gu)) {
    if (match.index < end) found = match.index;
  }
  return found;
}
