/** What the page shows, out of the page: JSON, compressed, as text. */

import { byId } from "./dom.js";

export async function loadData<Data>(): Promise<Data> {
  const packed = Uint8Array.from(atob((byId("report").textContent ?? "").trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text()) as Data;
}
