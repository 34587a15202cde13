/** The plugin fits into a configuration, with its options. */

import memspecByDefault, { memspec } from "@memspec/vitest/config";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    memspec(),
    memspecByDefault({ limits: { "src/**": "50MB", default: { peak: "1 GB", space: "heap" } }, warmup: 1 }),
    memspec({ baseline: true }),
    memspec({ baseline: { tolerance: { relative: 0.1, absolute: "64 kB" } } }),
  ],
});

// @ts-expect-error no such option
memspec({ limit: "50MB" });
// @ts-expect-error no such option of a baseline
memspec({ baseline: { relative: 0.1 } });
// @ts-expect-error a limit is a size or limits
memspec({ limits: { default: true } });
