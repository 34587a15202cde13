/** What is above everything else: the program, the recording in figures, what was lost. */

import type { PageHead } from "../../../src/reports/capture/html/page-data.js";
import { durationText } from "../../../src/reports/sentences.js";
import { formatSize } from "../../../src/sizes/format-size.js";
import { byId, h } from "../shared/dom.js";
import { secondsText } from "./amounts.js";

type Tile = readonly [value: string, name: string, bad?: boolean];

export function showHead(head: PageHead): void {
  byId("title").textContent = `Memory of ${head.program}`;
  byId("machine").textContent = `${head.machine} · ${head.started} · ${head.file}`;
  const { peak, spaces, heapIsExact } = head;
  const heap = heapIsExact ? "" : "~";
  showTiles([
    [
      formatSize(Math.round(peak.heapBytes + peak.buffersBytes + peak.nativeBytes)),
      peak.timeUs === null ? "peak: of each process its own" : `peak, at ${secondsText(peak.timeUs)}`,
    ],
    [formatSize(Math.round(peak.heapBytes)), "of it heap"],
    [formatSize(Math.round(peak.buffersBytes)), "of it buffers"],
    [formatSize(Math.round(peak.nativeBytes)), "of it native"],
    [leakedText(spaces, heap), "alive at the end"],
    [durationText(head.durationUs / 1000), head.ended, head.alerts.length > 0],
  ]);
  showRemarks(head);
}

/** "n/a" where that of a space is not known. */
function leakedText({ heap, buffers, native }: PageHead["spaces"], mark: string): string {
  const parts = [heap.leakedBytes, buffers.leakedBytes, native.leakedBytes];
  if (parts.includes(null)) return "n/a";
  return `${mark}${formatSize(Math.round(parts.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0)))}`;
}

export function showDifferenceHead(before: PageHead, after: PageHead): void {
  byId("tiles").classList.add("pairs");
  byId("title").textContent = `What grew: ${after.program}`;
  byId("machine").textContent =
    `from ${before.file} (${before.started}) to ${after.file} (${after.started}) · ${after.machine}`;
  const total = ({ peak }: PageHead): number => peak.heapBytes + peak.buffersBytes + peak.nativeBytes;
  const pair = (of: (head: PageHead) => number): string =>
    `${formatSize(Math.round(of(before)))} → ${formatSize(Math.round(of(after)))}`;
  showTiles([
    [pair(total), "peak"],
    [pair(({ peak }) => peak.heapBytes), "of it heap"],
    [pair(({ peak }) => peak.buffersBytes), "of it buffers"],
    [pair(({ peak }) => peak.nativeBytes), "of it native"],
    [`${durationText(before.durationUs / 1000)} → ${durationText(after.durationUs / 1000)}`, "wall time"],
  ]);
  const named = (head: PageHead): PageHead => ({
    ...head,
    alerts: head.alerts.map((alert) => `${head.file}: ${alert}`),
  });
  const other = named(before);
  showRemarks({
    ...named(after),
    alerts: [...other.alerts, ...named(after).alerts],
    notes: [...new Set([...other.notes, ...after.notes])],
  });
}

function showTiles(tiles: readonly Tile[]): void {
  byId("tiles").append(
    ...tiles.map(([value, name, bad]) =>
      h("li", { class: bad ? "bad" : null }, h("strong", {}, value), h("span", {}, name)),
    ),
  );
}

function showRemarks({ alerts, notes }: PageHead): void {
  byId("alerts").append(
    ...alerts.map((alert) => h("p", { class: "alert" }, alert)),
    ...notes.map((note) => h("p", { class: "note" }, note)),
  );
}
