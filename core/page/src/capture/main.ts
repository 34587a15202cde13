/** The page of a capture, or of the difference of two: reads what is in it and shows it. Asks nothing of any network. */

import type { CapturePageData } from "../../../src/reports/capture/html/page-data.js";
import { byId, h } from "../shared/dom.js";
import { loadData } from "../shared/load.js";
import { startTheme } from "../shared/theme.js";
import { showDifference } from "./difference.js";
import { showViews } from "./views.js";

function show(data: CapturePageData): void {
  const { content } = data;
  const recoloured = content.kind === "views" ? showViews(data, content) : showDifference(data, content);
  startTheme(recoloured);
  document.documentElement.dataset["ready"] = "";
}

loadData<CapturePageData>().then(show, (error: unknown) => {
  byId("alerts").append(h("p", { class: "alert" }, `What is in this page cannot be read: ${String(error)}`));
});
