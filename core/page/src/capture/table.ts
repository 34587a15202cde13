/** The table of sites: each with its figures, unfolding to its stacks. */

import { percent, siteBytes } from "../../../src/assertions/numbers.js";
import { type PageViews, SPACES } from "../../../src/reports/capture/html/page-data.js";
import { many } from "../../../src/reports/sentences.js";
import { formatSize, groupDigits } from "../../../src/sizes/format-size.js";
import { h } from "../shared/dom.js";
import type { Column } from "../shared/rows/columns.js";
import { makeRows } from "../shared/rows/view.js";
import { countText } from "./amounts.js";
import type { Selection } from "./selection.js";
import { gatherSites, type Site } from "./sites.js";
import { stackLists } from "./stack-list.js";
import type { Stacks } from "./stacks.js";

export interface TablePanel {
  show(selection: Selection): void;
}

export function makeTable(panel: HTMLElement, content: PageViews, stacks: Stacks, first: Selection): TablePanel {
  const threads = new Map(content.threads.map(({ id, name }) => [id, name || `thread ${id}`]));
  let selection = first;
  let sites: readonly Site[] = [];
  let wanted = "";
  let highest = 1;

  const estimated = ({ space }: Site): boolean => space === 0 && !content.heapIsExact;
  const nameOf = ({ frame }: Site): string => stacks.frame(frame).name;
  const placeOf = ({ frame }: Site): string => stacks.frame(frame).place;
  const allocatorOf = ({ allocator }: Site): string => content.allocators[allocator] ?? "";
  const columns: readonly Column<Site>[] = [
    word("name", "Site", "The innermost function of the program's own", nameOf),
    {
      ...figure(
        "bytes",
        "Bytes",
        "Allocated at this site, and in what Node or dependencies did for it",
        ({ bytes }) => bytes,
      ),
      share: ({ bytes }) => bytes / highest,
    },
    {
      ...figure("share", "Share", "Of all that is shown", ({ bytes }) => bytes),
      text: ({ bytes }) => percent(bytes, selection.bytes),
      exact: ({ bytes }) => (selection.bytes === 0 ? "" : `${((bytes / selection.bytes) * 100).toFixed(2)}%`),
    },
    figure(
      "total",
      "With callees",
      "In all stacks with this function anywhere in them",
      ({ totalBytes }) => totalBytes,
    ),
    {
      ...figure("count", "Count", "Allocations", ({ count }) => count),
      text: (site) => `${estimated(site) ? "~" : ""}${groupDigits(Math.round(site.count))}`,
      exact: () => "",
    },
    {
      ...figure("average", "Average", "Bytes of one allocation", ({ bytes, count }) =>
        count === 0 ? null : bytes / count,
      ),
      exact: () => "",
    },
    {
      ...word("space", "Space", "Heap, buffers or native memory", ({ space }) => SPACES[space] ?? ""),
      classOf: ({ space }) => `space ${SPACES[space]}`,
    },
    word("allocator", "Allocator", "The function that gave the memory", (site) => allocatorOf(site) || "–"),
    word("thread", "Thread", "Where it ran", ({ thread }) => threads.get(thread) ?? `thread ${thread}`),
  ];

  function figure(key: string, title: string, hint: string, value: (site: Site) => number | null): Column<Site> {
    return {
      key,
      title,
      hint,
      numeric: true,
      value,
      text: (site) => {
        const bytes = value(site);
        return bytes === null ? "n/a" : siteBytes(bytes, estimated(site));
      },
      exact: (site) => `${groupDigits(Math.round(value(site) ?? 0))} B`,
    };
  }

  const view = makeRows<Site>({
    caption: "Sites by what they allocated. Press a heading to sort, a site for its stacks.",
    label: "Table of sites",
    columns,
    order: { key: "bytes", descending: true },
    nameOf: (site) => ({
      children: [h("span", {}, nameOf(site)), h("small", {}, placeOf(site) || "no place is known")],
      title: `${nameOf(site)}\n${placeOf(site)}`,
    }),
    sortName: ({ key }) => key,
    unfold: (site) =>
      stackLists(site.rows, stacks, {
        folded: selection.folded,
        headOf: ({ bytes, count }) => [
          h("strong", {}, siteBytes(bytes, estimated(site))),
          ` ${percent(bytes, site.bytes)}, ${countText(count, estimated(site))}`,
        ],
        weightOf: ({ bytes }) => bytes,
      }),
  });
  const count = h("p", { class: "count", role: "status" });

  function update(): void {
    const words = wanted.toLowerCase().split(/\s+/u).filter(Boolean);
    const searched = (site: Site): string =>
      `${nameOf(site)} ${placeOf(site)} ${SPACES[site.space]} ${allocatorOf(site)} ${threads.get(site.thread) ?? ""}`.toLowerCase();
    const rows =
      words.length === 0 ? sites : sites.filter((site) => words.every((each) => searched(site).includes(each)));
    highest = rows.reduce((most, { bytes }) => Math.max(most, bytes), 1);
    const bytes = rows.reduce((sum, site) => sum + site.bytes, 0);
    count.textContent =
      rows.length === sites.length
        ? many(sites.length, "site")
        : `${rows.length} of ${many(sites.length, "site")}: ${formatSize(Math.round(bytes))} (${percent(bytes, selection.bytes) || "0%"})`;
    view.set(rows);
  }

  const search = h("input", {
    id: "filter",
    type: "search",
    placeholder: "function, file, space, allocator or thread",
    on: {
      input: () => {
        wanted = search.value;
        update();
      },
    },
  });
  const find = h("span", { class: "field grow" }, h("label", { for: "filter" }, "Filter"), search);
  panel.append(h("div", { class: "bar" }, find, count), view.scroller);

  function show(next: Selection): void {
    selection = next;
    sites = gatherSites(next.rows, stacks);
    update();
  }
  show(first);
  return { show };
}

function word(key: string, title: string, hint: string, text: (site: Site) => string): Column<Site> {
  return { key, title, hint, numeric: false, text, exact: () => "", value: text };
}
