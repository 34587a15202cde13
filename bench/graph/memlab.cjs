// Takes the snapshot in argv[2] apart with the copy of @memlab/heap-analysis in the folder argv[3]: the same.
const { createRequire } = require("node:module");

const { getFullHeapFromFile } = createRequire(`${process.argv[3]}/package.json`)("@memlab/heap-analysis");
process.stdout.write = (
  (write) =>
  (text, ...rest) =>
    text.startsWith("{") ? write(text, ...rest) : true
)(process.stdout.write.bind(process.stdout));

async function run() {
  const started = process.hrtime.bigint();
  const heap = await getFullHeapFromFile(process.argv[2]);
  const biggest = [];
  let nodes = 0;
  heap.nodes.forEach((node) => {
    nodes++;
    const size = node.retainedSize;
    if (biggest.length === 1000 && size <= biggest[999].size) return;
    let at = biggest.length;
    while (at > 0 && biggest[at - 1].size < size) at--;
    biggest.splice(at, 0, { size, id: node.id });
    if (biggest.length > 1000) biggest.pop();
  });
  let paths = 0;
  for (const { id } of biggest) {
    const names = [];
    for (let edge = heap.getNodeById(id)?.pathEdge; edge; edge = edge.fromNode.pathEdge) {
      names.push(`${edge.name_or_index} ${edge.toNode.name}`);
    }
    paths += names.length > 0 ? 1 : 0;
  }
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  console.log(JSON.stringify({ ms, peakBytes: process.resourceUsage().maxRSS * 1024, nodes, paths }));
}

void run();
