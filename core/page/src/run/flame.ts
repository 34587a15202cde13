/** The flamegraph of a run's allocation sites, or of one file's. */

import { percent, siteBytes } from "../../../src/assertions/numbers.js";
import type { AssertableSpace } from "../../../src/capture/measurement.js";
import type { RunReport, RunSite } from "../../../src/runs/run-report.js";
import { formatSize } from "../../../src/sizes/format-size.js";
import { choice, h } from "../shared/dom.js";
import { legendElement } from "../shared/flame/legend.js";
import { buildTree, type FlameNode, type FlameSample } from "../shared/flame/tree.js";
import { makeFlameView } from "../shared/flame/view.js";
import { frameOf, samplesOf } from "./samples.js";

/** What the graph is of. */
export interface FlameScope {
  readonly title: string;
  readonly sites: readonly RunSite[];
}

export interface FlamePanel {
  show(scope: FlameScope): void;
}

const SPACES: readonly AssertableSpace[] = ["heap", "buffers", "native"];

export function makeFlame(panel: HTMLElement, report: RunReport): FlamePanel {
  const whole: FlameScope = { title: "the whole run", sites: report.files.flatMap(({ sites }) => sites) };
  let scope = whole;
  let space: AssertableSpace | "all" = "all";
  let figure: "bytes" | "peakBytes" = "bytes";

  const treeOf = (samples: readonly FlameSample[]): FlameNode => buildTree(samples, (id) => frameOf(id, report), PLAIN);
  const note = h("p", { class: "hint" });
  const title = h("h2", {});
  const view = makeFlameView(treeOf([]), {
    label: "Flamegraph of allocation sites",
    empty: "No site was sampled here.",
    classOf: ({ owner }) => owner,
    nameOf: ({ name }) => name,
    textOf: (node, root) =>
      `${node.name}, ${bytesOf(node)}, ${percent(node.bytes, root.bytes)}${node.place === "" ? "" : `, ${node.place}`}`,
    tooltip: (node, root) => [
      node.name,
      ...(node.place === "" ? [] : [node.place]),
      `${bytesOf(node)} (${percent(node.bytes, root.bytes) || "0%"})`,
    ],
    describe: (node, root) => [
      h("strong", {}, node.name),
      ` ${node.place} `,
      h(
        "span",
        { class: "amount" },
        `${bytesOf(node)} (${percent(node.bytes, root.bytes) || "0%"}), ${formatSize(Math.round(node.ownBytes))} of it allocated here`,
      ),
    ],
  });

  function rebuild(): void {
    const { samples, unknownBytes } = samplesOf(scope.sites, report, {
      spaces: space === "all" ? SPACES : [space],
      figure,
    });
    title.textContent = `Allocation sites of ${scope.title}`;
    back.hidden = scope === whole;
    note.textContent =
      unknownBytes === 0
        ? ""
        : `How much of the heap was alive at the peak is not known: ${formatSize(unknownBytes)} that were allocated there are left out.`;
    view.set(treeOf(samples), false);
  }

  const spaces = choice(
    "flame-space",
    "Space",
    [["all", "all"], ...SPACES.map((name) => [name, name] as const)],
    (value) => {
      space = value as typeof space;
      rebuild();
    },
  );
  const figures = choice(
    "flame-figure",
    "Bytes",
    [
      ["bytes", "all allocated"],
      ["peakBytes", "alive at the peak"],
    ],
    (value) => {
      figure = value as typeof figure;
      rebuild();
    },
  );
  const back = h("button", { class: "plain", on: { click: () => show(whole) } }, "Whole run");
  panel.append(
    title,
    h("div", { class: "bar" }, spaces.field, figures.field, ...view.controls, back),
    h(
      "p",
      { class: "hint" },
      "Press a box to widen it. With the keyboard: arrows move, Enter widens, Escape goes back. Sizes are estimates by samples.",
    ),
    legendElement(),
    view.crumbs,
    view.details,
    view.graph,
    note,
  );

  function show(next: FlameScope): void {
    scope = next;
    rebuild();
  }
  rebuild();
  return { show };
}

/** Each frame by itself, callers above. */
const PLAIN = { inverted: false, folded: false } as const;

function bytesOf(node: FlameNode): string {
  return siteBytes(node.bytes, false);
}
