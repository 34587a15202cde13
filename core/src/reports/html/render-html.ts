/** The report of a run as one HTML file. */

import page from "#page/run";
import type { RunReport } from "../../runs/run-report.js";
import { fillPage } from "./fill-page.js";

/** @returns the whole file; the same report gives the same text */
export function renderHtml(report: RunReport): string {
  const files = report.files.length === 1 ? "1 file" : `${report.files.length} files`;
  const day = /^\d{4}-\d\d-\d\d(?=T)/u.exec(report.startedAt)?.map((text) => `, ${text}`) ?? "";
  return fillPage(page, `Memory of ${files}${day}`, report);
}
