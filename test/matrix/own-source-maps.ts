/** For our own suites, which use the core without the plugin: what the plugin does about Vitest's source maps. */
import { provideSourceMaps } from "../../core/src/analysis/runner-maps.js";
import { vitestSourceMap } from "../../plugin-vitest/src/source-maps.js";

provideSourceMaps(vitestSourceMap);
