/** What the page shows, out of the page: JSON, compressed, as text. */

import { byId } from "./dom.js";

export async function loadData<Data>(): Promise<Data> {
  const text = atob((byId("report").textContent ?? "").trim());
  const packed = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) packed[at] = text.charCodeAt(at);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text()) as Data;
}
