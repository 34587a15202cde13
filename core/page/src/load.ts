/** The report, out of the page: JSON, compressed, as text. */

import type { RunReport } from "../../src/runs/run-report.js";
import { byId } from "./dom.js";

export async function loadReport(): Promise<RunReport> {
  const packed = Uint8Array.from(atob((byId("report").textContent ?? "").trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text()) as RunReport;
}
