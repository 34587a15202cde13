/** Light, dark, or what the system says. */

import { byId } from "./dom.js";

const KEY = "memspec-theme";

/** @param changed called when colours are others than before */
export function startTheme(changed: () => void): void {
  const select = byId<HTMLSelectElement>("theme");
  const apply = (theme: string): void => {
    document.documentElement.dataset["theme"] = theme;
    changed();
  };
  select.value = remembered();
  apply(select.value);
  select.addEventListener("change", () => {
    remember(select.value);
    apply(select.value);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}

/** A page of a file may have no storage. */
function remembered(): string {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === "light" || theme === "dark" ? theme : "system";
  } catch {
    return "system";
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It holds until the page is closed.
  }
}

/** A colour of style.css, for what is drawn and not styled. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
