// Takes the snapshot in argv[2] apart with memspec: dominators, retained sizes, types, paths of the 1000 biggest.
import { analyzeSnapshot } from "@memspec/core";

const started = process.hrtime.bigint();
const { summary, biggest } = await analyzeSnapshot(process.argv[2], { limit: 1000 });
const ms = Number(process.hrtime.bigint() - started) / 1e6;
const paths = biggest.filter(({ path }) => path !== null).length;
const { nodes, edges } = summary;
console.log(JSON.stringify({ ms, peakBytes: process.resourceUsage().maxRSS * 1024, nodes, edges, paths }));
