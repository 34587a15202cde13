import { memspec } from "@memspec/vitest/config";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [memspec({ limits: { default: "100 MB" }, report: { html: ".memspec/report.html" } })],
  test: { include: ["test/vitest/**/*.test.ts"], testTimeout: 60_000 },
});
