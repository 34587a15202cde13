// Adds up what several programs left in MEMSPEC_RESULTS. The last line is `N passed, N failed`; fails when anything failed.
//   node test/matrix/sum.mjs <name of a result that must be there>...
import { resultsFolder, sum } from "./results.mjs";

const folder = process.env["MEMSPEC_RESULTS"];
if (folder === undefined) throw new Error("MEMSPEC_RESULTS names no folder");
const all = resultsFolder(folder).read();
for (const name of process.argv.slice(2).filter((expected) => !all.some((counts) => counts.name === expected))) {
  all.push({ name, passed: 0, failed: 1, skipped: 0, failures: [`${name}: left no results`] });
}
const total = sum(all);
for (const { name, passed, failed, skipped } of all) {
  console.log(`${failed > 0 ? "✗" : "✓"} ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
}
for (const failure of total.failures) console.log(`  ✗ ${failure}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
