import type { RawPath } from "../../../core/src/capture/graph-binding.js";

/** A path in one line: `module x.cjs: module variable box: Object -> property inner: Kept`. */
export function showPath(path: RawPath | null): string {
  if (path === null) return "none";
  const script = path.place === null ? "" : ` ${path.place.url.split("/").at(-1) ?? ""}`;
  const steps = path.steps.map(({ edge, name, times, type }) => {
    const folded = times === 1 ? "" : ` ×${times}`;
    return `${edge}${name === "" ? "" : ` ${name}`}${folded}: ${type}`;
  });
  return `${path.root}${script}: ${steps.join(" -> ")}`;
}
