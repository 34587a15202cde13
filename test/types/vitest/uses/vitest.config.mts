/** The plugin fits into a configuration, with its options. */

import memspecByDefault, { memspec } from "@memspec/vitest/config";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    memspec(),
    memspecByDefault({ limits: { "src/**": "50MB", default: { peak: "1 GB", space: "heap" } }, warmup: 1 }),
  ],
});

// @ts-expect-error no such option
memspec({ limit: "50MB" });
// @ts-expect-error a limit is a size or limits
memspec({ limits: { default: true } });
