/** Lets the stack of an error of memspec's begin where memspec was called: frames of its own say nothing to a user. */

import { ownFrame } from "./own-frame.js";

/** Frames of ours between the call and the error: without them counted in, they would push the user's out of the stack. */
const OWN_DEPTH = 20;

const FRAME = /^\s*at /u;
const INSTALLED = /[\\/]node_modules[\\/]@memspec[\\/]/u;
/** What calls a matcher for the user. Jest always shows a stack's first frame, be it its own. */
const EXPECT = /[\\/]node_modules[\\/](?:expect|chai|@vitest[\\/]expect)[\\/]/u;

/** Folders of memspec's packages in its repository, as stacks name them; none where it is installed. */
let folders: readonly string[] | undefined;

/**
 * Formats the first stack: under source maps that takes milliseconds, so not where this module is merely loaded, and
 * memory, so before a measurement that an error may be made in.
 */
export function prepareStacks(): void {
  folders ??= repositoryFolders(framesOf(new Error().stack)[0] ?? "");
}

function ownFolders(): readonly string[] {
  folders ??= repositoryFolders(ownFrame());
  return folders;
}

function repositoryFolders(ownFrame: string): readonly string[] {
  const root = /(?:\(|at )(?:async )?([^(]*?)core[\\/](?:src|dist)[\\/]/u.exec(ownFrame)?.[1];
  if (root === undefined || INSTALLED.test(ownFrame)) return [];
  return ["core", "plugin-vitest", "plugin-jest"].flatMap((name) => [`${root}${name}/src/`, `${root}${name}/dist/`]);
}

/**
 * Takes the stack anew and drops the frames that it begins with and that are memspec's, or of the runner's `expect`. Where
 * there are no others it stays whole: then it is the only trace there is.
 *
 * @param maker the frames from its call inwards are left out
 */
export function startAtCaller(error: Error, maker: (...args: never[]) => unknown): void {
  const depth = Error.stackTraceLimit;
  if (typeof depth !== "number" || depth === 0) return;
  Error.stackTraceLimit = depth + OWN_DEPTH;
  Error.captureStackTrace(error, maker);
  Error.stackTraceLimit = depth;
  const frames = framesOf(error.stack);
  const first = frames.findIndex((line) => !isNotTheCallers(line));
  if (first === -1) return;
  setFrames(error, frames.slice(first, first + depth));
}

/** Gives an error these lines as its stack. */
function setFrames(error: Error, frames: readonly string[]): void {
  error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
}

function isNotTheCallers(line: string): boolean {
  return INSTALLED.test(line) || EXPECT.test(line) || ownFolders().some((folder) => line.includes(folder));
}

/** `Error.prepareStackTrace` may give anything at all. */
function framesOf(stack: unknown): readonly string[] {
  return typeof stack === "string" ? stack.split("\n").filter((line) => FRAME.test(line)) : [];
}
