// Objects, strings, maps and JSON: all of the memory is on V8's heap.
function tree(depth) {
  return depth === 0 ? { value: Math.random() } : { left: tree(depth - 1), right: tree(depth - 1), depth };
}

function count(node) {
  return node.left === undefined ? 1 : count(node.left) + count(node.right);
}

export function work() {
  let total = 0;
  for (let round = 0; round < 60; round++) {
    total += count(tree(13));
    const rows = Array.from({ length: 8_000 }, (_, id) => ({
      id,
      name: `row ${id}`,
      tags: [`t${id % 11}`, `u${id % 5}`],
    }));
    const copy = JSON.parse(JSON.stringify(rows));
    const byTag = new Map();
    for (const row of copy) for (const tag of row.tags) byTag.set(tag, [...(byTag.get(tag)?.slice(-10) ?? []), row.id]);
    total += copy.map((row) => row.name.split(" ")[1]).sort().length + byTag.size;
  }
  return total;
}
