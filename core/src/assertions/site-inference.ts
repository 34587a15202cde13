/** How a report says that a place was inferred. */

import type { SiteInference } from "../leaks/types.js";

const TEXTS: Readonly<Record<SiteInference, string>> = { bytes: "by its bytes", caller: "by its only caller" };

export function inferenceText(inference: SiteInference): string {
  return TEXTS[inference];
}
