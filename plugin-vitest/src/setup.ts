/**
 * The setup file: runs in the worker before each test file. Listed by the plugin, or by hand: `setupFiles: ["@memspec/vitest/setup"]`.
 *
 * Vitest has Vite compile it for each worker, which waits for it meanwhile: so nothing is in it, and the rest is loaded by Node.
 */

import { beginTestFile } from "./test-file.js";

await beginTestFile();
