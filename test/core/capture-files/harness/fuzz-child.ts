/** Rounds of the fuzzer in a process of their own: says each seed before it is tried, and its memory after. */

import { fuzzRound } from "./fuzz-round.js";

const [file = "", first = "1"] = process.argv.slice(2);
for (let seed = Number(first); ; seed += 1) {
  process.send?.({ seed, rssBytes: process.memoryUsage.rss() });
  await fuzzRound(seed, file);
}
