/** A site's stack as a list: the place, what it called, who called it. */

import { foldedText, type Place, readStack } from "../../../src/assertions/frames.js";
import { siteBytes } from "../../../src/assertions/numbers.js";
import type { AllocatingPlace } from "../../../src/assertions/places.js";
import { placesOf, REPORT_ROOT, stackOf } from "../../../src/reports/stacks.js";
import type { RunReport, RunSite } from "../../../src/runs/run-report.js";
import { h } from "../shared/dom.js";

function placeElement(place: Place): HTMLElement {
  return h("span", {}, h("b", {}, place.name), " ", h("code", {}, place.where));
}

/** Innermost first. */
export function stackElement(stack: number, report: RunReport): HTMLElement {
  const { place, through, callers } = readStack(stackOf(stack, report), REPORT_ROOT, false);
  if (place === null) return h("p", { class: "hint" }, "No stack is known.");
  return h(
    "ol",
    { class: "stack" },
    ...[...through].reverse().map((inner) => h("li", { class: "folded" }, "in ", placeElement(inner))),
    h("li", { class: "here" }, placeElement(place)),
    ...callers.map((caller) =>
      caller.kind === "folded"
        ? h("li", { class: "folded" }, foldedText(caller))
        : h("li", {}, "from ", placeElement(caller.place)),
    ),
  );
}

/** Places by bytes, with their callers to unfold. */
export function sitesElement(sites: readonly RunSite[], report: RunReport, most: number): HTMLElement {
  const places = placesOf(sites, report);
  if (places.length === 0) return h("p", { class: "hint" }, "No site was sampled.");
  const rest = places.length - most;
  return h(
    "div",
    {},
    h("ul", { class: "sites" }, ...places.slice(0, most).map((place) => h("li", {}, ...siteParts(place)))),
    rest > 0 ? h("p", { class: "hint" }, `… and ${rest} more`) : null,
  );
}

function siteParts({ bytes, estimated, space, stack }: AllocatingPlace): readonly Node[] {
  return [
    h("span", { class: "amount" }, siteBytes(bytes, estimated)),
    h("span", { class: `space ${space}` }, space),
    stack.place === null ? h("span", {}, "(no stack)") : placeElement(stack.place),
  ];
}
