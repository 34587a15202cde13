/** Elements without a framework. Text is always set as text: names of tests hold anything. */

type Child = Node | string | null;
type Value = string | number | boolean | null | undefined;

/** "class", ARIA and data attributes as they are written in HTML; `on` adds listeners. */
export interface Attributes {
  readonly [name: string]: Value | Listeners;
  readonly on?: Listeners;
}

type Listeners = { readonly [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void };

/** An element. `null` and `false` leave an attribute out, `true` gives it no value. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on" || value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const [name, listener] of Object.entries(attributes.on ?? {})) {
    element.addEventListener(name, listener as EventListener);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** An element of the page's own HTML. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element as T;
}

/** A list of choices with a label before it. */
export function choice(
  id: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  onChange: (value: string) => void,
): { readonly field: HTMLElement; readonly select: HTMLSelectElement } {
  const select = h(
    "select",
    { id, on: { change: () => onChange(select.value) } },
    ...options.map(([value, text]) => h("option", { value }, text)),
  );
  return { field: h("span", { class: "field" }, h("label", { for: id }, label), select), select };
}

/** A switch with a label behind it. */
export function check(id: string, label: string, checked: boolean, onChange: (checked: boolean) => void): HTMLElement {
  const box = h("input", { id, type: "checkbox", on: { change: () => onChange(box.checked) } });
  box.checked = checked;
  return h("span", { class: "field check" }, box, h("label", { for: id }, label));
}
