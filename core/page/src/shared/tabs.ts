/** Tabs after the pattern of the ARIA Authoring Practices: arrows move, what is behind a tab is made when it is first shown. */

export interface Tabs {
  show(id: string): void;
}

/**
 * @param makers by the id of the panel; called once, before the panel is first shown
 * @param shown called whenever a panel is shown
 * @param first the panel that is shown where the address names none; default: the first
 */
export function startTabs(
  makers: Readonly<Record<string, (panel: HTMLElement) => void>>,
  shown: () => void,
  first?: string,
): Tabs {
  const tabs = [...document.querySelectorAll<HTMLElement>('[role="tab"]')];
  const made = new Set<string>();
  const panelOf = (tab: HTMLElement): string => tab.getAttribute("aria-controls") ?? "";

  const show = (id: string): void => {
    for (const tab of tabs) {
      const selected = panelOf(tab) === id;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      const panel = document.getElementById(panelOf(tab));
      if (panel === null) continue;
      panel.hidden = !selected;
      if (selected && !made.has(id)) {
        made.add(id);
        makers[id]?.(panel);
      }
    }
    history.replaceState(null, "", `#${id}`);
    shown();
  };

  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => show(panelOf(tab)));
    tab.addEventListener("keydown", (event) => {
      const target = tabs[nextIndex(event.key, index, tabs.length)];
      if (target === undefined) return;
      event.preventDefault();
      show(panelOf(target));
      target.focus();
    });
  });
  const named = location.hash.slice(1);
  show(tabs.some((tab) => panelOf(tab) === named) ? named : (first ?? panelOf(tabs[0] as HTMLElement)));
  return { show };
}

function nextIndex(key: string, index: number, count: number): number {
  if (key === "ArrowRight") return (index + 1) % count;
  if (key === "ArrowLeft") return (index - 1 + count) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : -1;
}
