/**
 * The part of `adapter` that every test worker needs, a third of its code: what observes, and what finds out whether a test
 * file needs the rest. Not for use in tests.
 */

export { provideSourceMaps } from "./analysis/runner-maps.js";
export { baselinePath } from "./baselines/disk.js";
export { armTracker, armTrackerOnUse, ownWork } from "./capture/arm.js";
export { isMemspecError, MemspecError } from "./errors/memspec-error.js";
export { withLeaks } from "./gate/hand-over.js";
export { breachesOf, createFailedMatchers } from "./limits/breaches.js";
export { callSiteOf, captureCallSite, captureStack } from "./limits/call-site.js";
export { abandonSpans } from "./limits/open-spans.js";
export { placeAt } from "./limits/place-error.js";
export { lineOfSite, userSiteAbove } from "./limits/test-line.js";
export { mayMeasure } from "./matchers/may-measure.js";
export { matchersOnUse } from "./matchers/on-use.js";
export { nameCapture } from "./observe/file-capture.js";
export { observeFile } from "./observe/observe-file.js";
export { makeStateFile, removeStateFile } from "./observe/state-file.js";
