/** What the colours of a flamegraph mean. */

import { h } from "../dom.js";

const LEGEND: readonly (readonly [owner: string, text: string])[] = [
  ["user", "your code"],
  ["dependency", "dependencies"],
  ["node", "Node"],
  ["runner", "the runner, memspec"],
  ["native", "native code"],
];

export function legendElement(): HTMLElement {
  return h(
    "ul",
    { class: "legend" },
    ...LEGEND.map(([owner, text]) => h("li", {}, h("span", { class: `swatch ${owner}` }), text)),
  );
}
