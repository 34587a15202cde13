/** Lines beside the pointer: for the eye alone, the same is said elsewhere. */

import { h } from "./dom.js";

const APART = 14;

export interface Tooltip {
  show(lines: readonly string[], x: number, y: number): void;
  hide(): void;
}

export function startTooltip(): Tooltip {
  const element = h("div", { class: "tooltip", "aria-hidden": "true", hidden: true });
  document.body.append(element);
  return {
    show(lines, x, y) {
      element.replaceChildren(...lines.map((line, index) => h(index === 0 ? "strong" : "span", {}, line)));
      element.hidden = false;
      const { offsetWidth: width, offsetHeight: height } = element;
      const left = x + APART + width > innerWidth ? x - APART - width : x + APART;
      const top = y + APART + height > innerHeight ? y - APART - height : y + APART;
      element.style.left = `${Math.max(4, left)}px`;
      element.style.top = `${Math.max(4, top)}px`;
    },
    hide() {
      element.hidden = true;
    },
  };
}
