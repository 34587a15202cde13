/** Source around a frame's line, where the page holds it: shown when it is asked for. */

import type { PageSource } from "../../../src/reports/capture/html/page-data.js";
import { many } from "../../../src/reports/sentences.js";
import { check, h } from "../shared/dom.js";
import type { Stacks } from "./stacks.js";

const LINES_AROUND = 6;

export interface SourceView {
  /** Empty where the page holds no source. */
  readonly controls: readonly HTMLElement[];
  readonly panel: HTMLElement;
  /** Of a frame. */
  show(id: number | null): void;
}

export function makeSource(sources: readonly PageSource[], stacks: Stacks): SourceView {
  const panel = h("section", { class: "source", "aria-label": "Source", hidden: true });
  if (sources.length === 0) return { controls: [], panel, show: () => {} };
  const byFile = new Map(sources.map((source) => [source.file, source]));
  let shown: number | null = null;
  const toggle = check("show-source", "Source", false, (on) => {
    panel.hidden = !on;
    draw();
  });
  toggle.title = `Lines of ${many(sources.length, "source file")} are in this page`;

  function draw(): void {
    if (panel.hidden) return;
    const facts = shown === null ? undefined : stacks.facts(shown);
    const source = facts === undefined ? undefined : byFile.get(facts.file);
    const at = facts?.line ?? null;
    const lines = at === null ? [] : (source?.lines ?? []).filter(([line]) => Math.abs(line - at) <= LINES_AROUND);
    const held = h(
      "p",
      { class: "hint" },
      `This page holds source: lines of ${many(sources.length, "file")}, around the frames with the most bytes. With --no-source it holds none.`,
    );
    if (at === null || source === undefined || !lines.some(([line]) => line === at)) {
      const why = shown === null ? "Choose a frame." : "The page holds no source of this frame.";
      panel.replaceChildren(h("p", {}, why), held);
      return;
    }
    panel.replaceChildren(
      h("h3", {}, h("code", {}, `${stacks.files[source.file] ?? ""}:${at}`)),
      ...(source.changed
        ? [
            h(
              "p",
              { class: "bad" },
              "The file was changed after the recording began: this may not be the code that ran.",
            ),
          ]
        : []),
      h(
        "ol",
        { class: "lines" },
        ...lines.map(([line, text]) =>
          h(
            "li",
            { value: line, class: line === at ? "here" : null, "aria-current": line === at ? "true" : null },
            h("code", {}, text === "" ? " " : text),
          ),
        ),
      ),
      held,
    );
  }

  return {
    controls: [toggle],
    panel,
    show(id) {
      shown = id;
      draw();
    },
  };
}
