/** What axe-core finds wrong with a page. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Serious and critical ones. In the page's own world the policy would refuse axe-core, as it should. */
export async function violations(page: Page): Promise<readonly string[]> {
  const found = await page.evaluate(`${axe}; axe.run({ resultTypes: ["violations"] })`);
  const { violations: list } = found as {
    violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[];
  };
  return list
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, impact, nodes }) =>
        `${impact} ${id}: ${nodes
          .slice(0, 2)
          .map(({ html }) => html.slice(0, 200))
          .join("  ")}`,
    );
}
