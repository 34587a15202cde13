/** Options of the observation of whole runs, and of what is written about them. */

import { invalid, knownKeys } from "../capture/validate-options.js";
import { parseSize } from "../sizes/parse-size.js";
import type { Size } from "../sizes/size.js";

export interface ObserveOptions {
  /** Bytes between two samples of stacks; 0: no sites. Default 512 KiB. */
  readonly sampleInterval?: Size;
}

export interface ReportOptions {
  /** Where the JSON report goes, relative to the root; `false`: nowhere. Default ".memspec/report.json". */
  readonly json?: string | false;
  /** Where the HTML report goes, relative to the root; `false`: nowhere. Default `false`. */
  readonly html?: string | false;
  /** The table at the end of the run. Default `true`. */
  readonly terminal?: boolean | "verbose";
  /** Summary and annotations for GitHub. Default: where `GITHUB_ACTIONS` is set. */
  readonly github?: boolean;
}

export const DEFAULT_JSON_REPORT = ".memspec/report.json";
const DEFAULT_SAMPLE_INTERVAL = 512 * 1024;

const OBSERVE_KEYS: readonly (keyof ObserveOptions)[] = ["sampleInterval"];
const REPORT_KEYS: readonly (keyof ReportOptions)[] = ["json", "html", "terminal", "github"];

/**
 * @param where the option, for messages
 * @returns `null`: nothing is to be observed
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_SIZE`
 */
export function parseObserve(observe: unknown, where: string): { readonly sampleInterval: number } | null {
  if (observe === false) return null;
  if (observe === undefined || observe === true) return { sampleInterval: DEFAULT_SAMPLE_INTERVAL };
  const { sampleInterval } = knownKeys(observe, `${where}, observe`, OBSERVE_KEYS) as ObserveOptions;
  return { sampleInterval: sampleInterval === undefined ? DEFAULT_SAMPLE_INTERVAL : parseSize(sampleInterval) };
}

/**
 * @returns the options with the JSON report's place; of the others, as given
 * @throws MemspecError as `parseObserve`
 */
export function parseReport(report: unknown, where: string): ReportOptions & { readonly json: string | false } {
  if (report === undefined || report === true) return { json: DEFAULT_JSON_REPORT };
  if (report === false) return { json: false, html: false, terminal: false, github: false };
  const given = knownKeys(report, `${where}, report`, REPORT_KEYS);
  for (const name of ["json", "html"]) {
    const value = given[name];
    if (value === undefined || value === false || (typeof value === "string" && value !== "")) continue;
    throw invalid(`report.${name}`, value, where, "It is the path of a file, or false.");
  }
  for (const [name, known] of [
    ["terminal", [true, false, "verbose"]],
    ["github", [true, false]],
  ] as const) {
    const value = given[name];
    if (value === undefined || (known as readonly unknown[]).includes(value)) continue;
    throw invalid(`report.${name}`, value, where, `It is ${known.map((one) => JSON.stringify(one)).join(" or ")}.`);
  }
  return { json: DEFAULT_JSON_REPORT, ...given };
}
