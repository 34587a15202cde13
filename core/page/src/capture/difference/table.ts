/** What grew: a row for each site, what grew most first. */

import { siteBytes } from "../../../../src/assertions/numbers.js";
import { type PageDifference, SPACES } from "../../../../src/reports/capture/html/page-data.js";
import { many } from "../../../../src/reports/sentences.js";
import { groupDigits } from "../../../../src/sizes/format-size.js";
import { h } from "../../shared/dom.js";
import type { Column } from "../../shared/rows/columns.js";
import { makeRows } from "../../shared/rows/view.js";
import { changeText } from "../amounts.js";
import { stackLists } from "../stack-list.js";
import type { Stacks } from "../stacks.js";
import { type ChangedRow, type ChangedSite, changedSites } from "./rows.js";

export interface DifferenceTable {
  show(rows: readonly ChangedRow[], folded: boolean): void;
}

export function makeDifferenceTable(
  panel: HTMLElement,
  content: PageDifference,
  stacks: Stacks,
  first: { readonly rows: readonly ChangedRow[]; readonly folded: boolean },
): DifferenceTable {
  let { folded } = first;
  let sites: readonly ChangedSite[] = [];
  let wanted = "";

  const estimated = ({ space }: ChangedSite): boolean => space === 0 && !content.heapIsExact;
  const nameOf = ({ frame }: ChangedSite): string => stacks.frame(frame).name;
  const placeOf = ({ frame }: ChangedSite): string => stacks.frame(frame).place;
  const allocatorOf = ({ allocator }: ChangedSite): string => content.allocators[allocator] ?? "";
  const changeOf = ({ before, after }: ChangedSite): number => after - before;
  const columns: readonly Column<ChangedSite>[] = [
    word("name", "Site", "The innermost function of the program's own", nameOf),
    {
      key: "change",
      title: "Change",
      hint: "After, less before",
      numeric: true,
      value: changeOf,
      text: (site) => changeText(changeOf(site), estimated(site)),
      exact: (site) => `${groupDigits(Math.round(changeOf(site)))} B`,
      classOf: (site) => (Math.round(changeOf(site)) > 0 ? "grew" : "shrank"),
    },
    bytes("before", "Before", "In the first capture", ({ before }) => before),
    bytes("after", "After", "In the second capture", ({ after }) => after),
    {
      key: "count",
      title: "Count",
      hint: "Allocations after, less before",
      numeric: true,
      value: ({ beforeCount, afterCount }) => afterCount - beforeCount,
      text: (site) => signed(site.afterCount - site.beforeCount, estimated(site)),
      exact: ({ beforeCount, afterCount }) =>
        `${groupDigits(Math.round(beforeCount))} before, ${groupDigits(Math.round(afterCount))} after`,
    },
    {
      ...word("space", "Space", "Heap, buffers or native memory", ({ space }) => SPACES[space] ?? ""),
      classOf: ({ space }) => `space ${SPACES[space]}`,
    },
    word("allocator", "Allocator", "The function that gave the memory", (site) => allocatorOf(site) || "–"),
  ];

  function bytes(key: string, title: string, hint: string, value: (site: ChangedSite) => number): Column<ChangedSite> {
    return {
      key,
      title,
      hint,
      numeric: true,
      value,
      text: (site) => siteBytes(value(site), estimated(site)),
      exact: (site) => `${groupDigits(Math.round(value(site)))} B`,
    };
  }

  const view = makeRows<ChangedSite>({
    caption: "Sites by how much they grew. Press a heading to sort, a site for its stacks.",
    label: "Table of what changed",
    columns,
    order: { key: "change", descending: true },
    nameOf: (site) => ({
      children: [h("span", {}, nameOf(site)), h("small", {}, placeOf(site) || "no place is known")],
      title: `${nameOf(site)}\n${placeOf(site)}`,
    }),
    sortName: ({ key }) => key,
    unfold: (site) => {
      const rows = site.rows.map((row) => ({ ...row, thread: 0, bytes: row.after, count: row.afterCount }));
      return stackLists(rows, stacks, {
        folded,
        headOf: (row) => {
          const { before, after } = row as (typeof rows)[number];
          return [
            h("strong", {}, changeText(after - before, estimated(site))),
            ` from ${siteBytes(before, estimated(site))} to ${siteBytes(after, estimated(site))}`,
          ];
        },
        weightOf: (row) => {
          const { before, after } = row as (typeof rows)[number];
          return Math.abs(after - before);
        },
      });
    },
  });
  const count = h("p", { class: "count", role: "status" });

  function update(): void {
    const words = wanted.toLowerCase().split(/\s+/u).filter(Boolean);
    const searched = (site: ChangedSite): string =>
      `${nameOf(site)} ${placeOf(site)} ${SPACES[site.space]} ${allocatorOf(site)}`.toLowerCase();
    const rows = sites.filter((site) => words.every((each) => searched(site).includes(each)));
    const change = rows.reduce((sum, site) => sum + changeOf(site), 0);
    const what =
      rows.length === sites.length ? many(sites.length, "site") : `${rows.length} of ${many(sites.length, "site")}`;
    count.textContent = `${what}: ${changeText(change, rows.some(estimated))}`;
    view.set(rows);
  }

  const search = h("input", {
    id: "filter",
    type: "search",
    placeholder: "function, file, space or allocator",
    on: {
      input: () => {
        wanted = search.value;
        update();
      },
    },
  });
  const find = h("span", { class: "field grow" }, h("label", { for: "filter" }, "Filter"), search);
  panel.append(h("div", { class: "bar" }, find, count), view.scroller);

  function show(rows: readonly ChangedRow[], nextFolded: boolean): void {
    folded = nextFolded;
    sites = changedSites(rows, stacks).filter(
      (site) => site.before !== site.after || site.beforeCount !== site.afterCount,
    );
    update();
  }
  show(first.rows, folded);
  return { show };
}

function signed(count: number, estimated: boolean): string {
  const whole = Math.round(count);
  if (whole === 0) return "0";
  return `${estimated ? "~" : ""}${whole > 0 ? "+" : "−"}${groupDigits(Math.abs(whole))}`;
}

function word(key: string, title: string, hint: string, text: (site: ChangedSite) => string): Column<ChangedSite> {
  return { key, title, hint, numeric: false, text, exact: () => "", value: text };
}
