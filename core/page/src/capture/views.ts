/** The page of one capture: the selection above, its flamegraph and its table below. */

import type { CapturePageData, PageViews } from "../../../src/reports/capture/html/page-data.js";
import { startTabs } from "../shared/tabs.js";
import { type FlamePanel, makeFlame } from "./flame.js";
import { showHead } from "./head.js";
import { type Selection, startSelection } from "./selection.js";
import { makeStacks } from "./stacks.js";
import { makeTable, type TablePanel } from "./table.js";
import { makeTimeline } from "./timeline.js";

/** @returns called when colours have changed */
export function showViews({ head, stacks: given }: CapturePageData, content: PageViews): () => void {
  showHead(head);
  const stacks = makeStacks(given);
  const panels: Record<string, FlamePanel | TablePanel> = {};
  /** Panels that are hidden are told once they are shown. */
  const stale = new Set<string>();
  const tell = (name: string, selection: Selection): void => {
    if (document.getElementById(name)?.hidden) stale.add(name);
    else panels[name]?.show(selection);
  };
  const control = startSelection(
    content,
    (selection) => {
      for (const name of Object.keys(panels)) tell(name, selection);
    },
    (isWindow) => timeline.setActive(isWindow),
  );
  const timeline = makeTimeline(content, head, (from, to) => control.setWindow(from, to));
  startTabs(
    {
      flame: (panel) => {
        panels["flame"] = makeFlame(panel, content, stacks, control.current());
      },
      table: (panel) => {
        panels["table"] = makeTable(panel, content, stacks, control.current());
      },
    },
    () => {
      for (const name of [...stale]) {
        if (document.getElementById(name)?.hidden) continue;
        stale.delete(name);
        panels[name]?.show(control.current());
      }
    },
    content.first,
  );
  return () => timeline.redraw();
}
