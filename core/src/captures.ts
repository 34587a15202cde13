/** Captures: recordings of whole programs, made and read. Apart from the rest, which every test worker loads. */

export type { CaptureEnd, CaptureMeta } from "./capture-files/format/format.js";
export type * from "./capture-files/model/capture.js";
export { mergeCaptures } from "./capture-files/reading/merge-captures.js";
export { openCapture } from "./capture-files/reading/open-capture.js";
export { type CompressOptions, compressCapture } from "./capture-files/recording/compress-capture.js";
export type { RecordingOptions } from "./capture-files/recording/options.js";
export { type Recording, type RecordingSummary, startRecording } from "./capture-files/recording/recording.js";
