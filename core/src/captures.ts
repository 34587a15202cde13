/** Captures: recordings of whole programs, read. Apart from the rest, which every test worker loads. */

export type { CaptureEnd, CaptureMeta } from "./capture-files/format/format.js";
export type * from "./capture-files/model/capture.js";
export { mergeCaptures } from "./capture-files/reading/merge-captures.js";
export { openCapture } from "./capture-files/reading/open-capture.js";
export { type CompressOptions, compressCapture } from "./capture-files/recording/compress-capture.js";
