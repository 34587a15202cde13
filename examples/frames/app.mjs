// Memory from three kinds of callers: a function called as usual, one that goes on after an `await`, and Node's own C++.
//   node app.mjs [thousands of rows]
import { setImmediate as turn } from "node:timers/promises";
import { gzipSync } from "node:zlib";

const thousands = Number(process.argv[2] ?? 100);
const kept = [];

function makeRows(count) {
  return Array.from({ length: count }, (_, id) => ({ id, name: `row ${id}`, cells: [id, id + 1, id + 2] }));
}

// Its callers stand below it: main, buildReport, makeRows.
function buildReport() {
  kept.push(makeRows(thousands * 1000));
}

// After the `await` nobody called it but the event loop: its stack begins here.
async function loadLater() {
  await turn();
  kept.push(makeRows(thousands * 1000));
}

// What zlib takes for its work is native memory of the function that asked for it; what it gives back is a buffer.
function pack() {
  kept.push(gzipSync(Buffer.alloc(thousands * 10_000, "memspec ")));
}

async function main() {
  buildReport();
  await loadLater();
  pack();
}

await main();
console.log(`${kept.length} results are kept`);
