import { memspec } from "@memspec/vitest/config";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [memspec({ limits: { default: "100 MB" } })],
  test: { include: ["test/vitest/**/*.test.ts"], testTimeout: 60_000 },
});
