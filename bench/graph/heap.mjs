// A heap of about a million objects, written to the file in argv[2].
import { writeHeapSnapshot } from "node:v8";

const OBJECTS = 250_000;

class Item {
  constructor(id, next) {
    this.id = id;
    this.name = `item ${id}`;
    this.tags = [`a${id % 7}`, { n: id }];
    this.next = next;
  }
}
const all = [];
const byName = new Map();
let last = null;
for (let id = 0; id < OBJECTS; id++) {
  const item = new Item(id, id % 3 === 0 ? last : null);
  if (id % 3 === 0) last = item;
  all.push(item);
  if (id % 5 === 0) byName.set(item.name, item);
  if (id % 7 === 0) item.again = () => item;
  if (id % 11 === 0) item.numbers = [id + 0.5];
}
globalThis.held = [all, byName];
writeHeapSnapshot(process.argv[2]);
