// V8 takes memory from the system in pages and puts objects into them. A page is given back only when nothing in it is alive:
// of many objects a few are kept, spread over all pages.
//   node --expose-gc app.mjs [thousands of objects]
import { setTimeout as wait } from "node:timers/promises";
import { getHeapStatistics } from "node:v8";

const count = Number(process.argv[2] ?? 2000) * 1000;
const KEEP_EVERY = 100;

function show(moment) {
  const { used_heap_size: used, total_heap_size: committed } = getHeapStatistics();
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`${moment}: objects ${megabytes(used)}, pages ${megabytes(committed)}`);
}

function makePoints() {
  return Array.from({ length: count }, (_, index) => ({ x: index, y: -index, label: null }));
}

/** All but one of a hundred go; that one stays where it is. */
function keepFew(points) {
  return points.filter((_, index) => index % KEEP_EVERY === 0);
}

show("at the start");
let points = makePoints();
globalThis.gc?.();
await wait(100);
show(`with ${count} points`);
points = keepFew(points);
globalThis.gc?.();
await wait(100);
show(`with ${points.length} of them`);
