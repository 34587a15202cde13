import { MemspecError } from "../errors/memspec-error.js";
import type { NativeBinding } from "./binding.js";
import { load } from "./native-package.js";
import { VERSION } from "./version.js";

export type LoadedAddon =
  | { readonly binding: NativeBinding; readonly reason: "" }
  | { readonly binding: null; readonly reason: string };

/** Every function of the contract: an addon without one is of another version, whatever it says. */
const FUNCTIONS: readonly (keyof NativeBinding)[] = [
  "capabilities",
  "arm",
  "disarm",
  "open",
  "begin",
  "end",
  "call",
  "own",
  "read",
  "collect",
  "quiesce",
  "retained",
  "instances",
  "instanceIds",
  "close",
  "latestScript",
  "sourceMapUrl",
  "leakBegin",
  "leakBoundary",
  "leakCall",
  "leakRecordStacks",
  "leakWatchDescriptors",
  "leakOpenedDescriptors",
  "leakStartOver",
  "leakRead",
  "leakEnd",
  "observeBegin",
  "observeMark",
  "observeLimitedBody",
  "observeTest",
  "observeEnd",
  "recordingFacts",
  "recordingStart",
  "recordingStop",
  "recordingIsOpen",
  "packerOpen",
  "packerAdd",
  "takeGraph",
  "graphSummary",
  "graphGroups",
  "graphPaths",
  "objectId",
  "biggestBuffer",
  "storeBytes",
  "closeGraph",
  "analyzeSnapshotFile",
  "diffSnapshotFiles",
];

/**
 * The native addon, or the reason why there is none. The addon is one per process and shared by every copy of this
 * module that vm pools make, so it is judged by what it can do, never by `instanceof`.
 *
 * @throws MemspecError `MEMSPEC_ADDON_MISMATCH` when there is one of another version
 */
export function loadAddon(): LoadedAddon {
  const loaded = load();
  if (loaded.error !== undefined) return { binding: null, reason: loaded.error };
  return { binding: checkedBinding(loaded.binding), reason: "" };
}

/** @throws MemspecError `MEMSPEC_ADDON_MISMATCH` */
export function checkedBinding(candidate: unknown): NativeBinding {
  const binding = (candidate ?? {}) as Partial<NativeBinding>;
  const missing = FUNCTIONS.filter((name) => typeof binding[name] !== "function");
  const version = typeof binding.capabilities === "function" ? binding.capabilities().version : "unknown";
  if (missing.length === 0 && version === VERSION) return binding as NativeBinding;
  throw new MemspecError(
    "MEMSPEC_ADDON_MISMATCH",
    version === VERSION
      ? `@memspec/native ${version} lacks ${missing.join(", ")}.`
      : `@memspec/native is version ${version}, @memspec/core is ${VERSION}.`,
    { value: version, hint: "Install the same version of all @memspec packages, or set MEMSPEC_ADDON=off." },
  );
}
