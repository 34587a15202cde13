/**
 * Takes out of failures what a correct memspec may say one way or another, and nothing else: each function says why. What
 * must be right in spite of it (that a limit was broken, the place of an allocation) is asserted beside the snapshots.
 */

import { withoutSizes } from "../harness/normalise.js";

export function withoutChance(output: string): string {
  return output
    .split(/^(?= {2}● )/m)
    .map((block) => withoutSurroundings(/^ {6}(?:heap|native) /m.test(block) ? withoutUnsteadyFigures(block) : block))
    .join("");
}

/**
 * What lies around a user's frames is V8's, Node's, the runner's and memspec's: how many frames of whom are folded, and how
 * deep in Node an allocation lies, depends on their versions and on what is inlined. How many blocks older than the
 * hooks happen to be freed within a span depends on when V8 collects.
 */
function withoutSurroundings(block: string): string {
  return block
    .replace(/^ {6}Incomplete: \d+ frees? of unknown size\.\n\n/gm, "")
    .replace(/^ {8}(?: {4})?from .*\b\d+ frames? of .*\n/gm, "")
    .replace(/ \(node:[^)]*\)(?:, \d+ deeper)?/g, " (node)")
    .replace(/^( +from .*?):\d+:\d+(?=\n +and by 1 other call path$)/gm, "$1:<one of two>");
}

/**
 * Buffers are exact and the same everywhere, so their figures stay as they are. What the heap and native memory hold
 * differs between versions of Node.js, and how much of it was sampled with it: in failures that tell of them every
 * figure is replaced.
 */
function withoutUnsteadyFigures(block: string): string {
  return withoutCoverage(withoutSizes(firstPlaceAlone(block)))
    .replace(/ {2,}<size>/g, "  <size>")
    .replace(/(?:less than )?\d+(?:\.\d+)? times the limit/g, "<times> the limit")
    .replace(/ +[<>]?\d+(?:\.\d+)?%/g, "  <share>")
    .replace(/ +█+/g, "  <bar>");
}

/**
 * Which further places and call paths the samples met is chance, and so is which of two equal ones comes first. The place
 * that is named first is compared by space, function and file; its line only by what asserts on sources, because in
 * optimised code a heap allocation may be known by its function alone.
 */
function firstPlaceAlone(block: string): string {
  let places = 0;
  return block
    .split("\n")
    .filter((line) => {
      if (/^ {8,11}~/.test(line)) places += 1;
      return (
        !(places > 1 && /^ {8,11}~/.test(line)) && !/^ {8}(?: {4}(?:in|from|and by) |\d+ more places?,)/.test(line)
      );
    })
    .map((line) => line.replace(/^ {8,11}~/, "        ~"))
    .map((line) => line.replace(/^( {8,11}~.* heap .*?):\d+:\d+(?: \(function\))?$/, "$1:<line>"))
    .join("\n");
}

/** The next step that is told follows from the share of bytes with a stack. */
function withoutCoverage(block: string): string {
  return block
    .replace(/\((?:every allocated byte has a stack|stacks for .*? of the allocated bytes)\)/g, "(<coverage>)")
    .replace(/^ {6}Next: (?:.+\n)+/gm, "      Next: <step>\n");
}
