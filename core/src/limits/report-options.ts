/** The option `report` of the configuration: what is said at the end of a run, and where. docs/reports.md */

import { flag, invalid, knownKeys, oneOf } from "../capture/validate-options.js";

export interface ReportOptions {
  /** What is printed: the files with the highest peaks, all of them, or nothing. Default "short". */
  readonly terminal?: "short" | "verbose" | "silent";
  /** File of the HTML page, relative to the root. Default `false`: none. */
  readonly html?: string | false;
  /** File of the JSON report, relative to the root; `false`: none. Default ".memspec/report.json". */
  readonly json?: string | false;
  /** File of the JUnit report, relative to the root. Default `false`: none. */
  readonly junit?: string | false;
  /** GitHub's step summary and annotations. Default "auto": where GitHub Actions runs the tests. */
  readonly github?: boolean | "auto";
  /** Files for each test that failed for its memory; `true`: profiles. Default `true`. */
  readonly artifacts?: boolean | ArtifactOptions;
}

export interface ArtifactOptions {
  /** Relative to the root. Default ".memspec": a folder for each test file is made in it. */
  readonly folder?: string;
  /**
   * Also V8's heap snapshot at the moment of the failure, at most three of a test file. It holds the program's data:
   * strings, secrets, whatever was alive. Default `false`.
   */
  readonly heapsnapshot?: boolean;
}

export interface ArtifactPlan {
  readonly folder: string;
  readonly heapsnapshot: boolean;
}

/** Options after validation. */
export interface ReportPlan {
  readonly terminal: "short" | "verbose" | "silent";
  readonly html: string | null;
  readonly json: string | null;
  readonly junit: string | null;
  readonly github: boolean | "auto";
  /** `null`: none. */
  readonly artifacts: ArtifactPlan | null;
}

const WHERE = "memspec, report";
const KEYS: readonly (keyof ReportOptions)[] = ["terminal", "html", "json", "junit", "github", "artifacts"];

/** Of files that a run leaves, relative to its root. */
export const DEFAULT_FOLDER = ".memspec";
const DEFAULT_JSON = `${DEFAULT_FOLDER}/report.json`;
const NOTHING: ReportPlan = { terminal: "silent", html: null, json: null, junit: null, github: false, artifacts: null };

/**
 * @param options `undefined` and `true`: the defaults; `false`: nothing is said or written
 * @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION`
 */
export function parseReportOptions(options: unknown): ReportPlan {
  if (options === false) return NOTHING;
  if (options === true) return parseReportOptions({});
  const given = knownKeys(options, WHERE, KEYS, '{ html: "memory.html" }');
  return {
    terminal: oneOf(given["terminal"], ["short", "verbose", "silent"] as const, "short", "terminal", WHERE),
    html: fileName(given["html"], "html"),
    json: given["json"] === undefined ? DEFAULT_JSON : fileName(given["json"], "json"),
    junit: fileName(given["junit"], "junit"),
    github:
      typeof given["github"] === "boolean"
        ? given["github"]
        : oneOf(given["github"], ["auto"] as const, "auto", "github", WHERE),
    artifacts: artifactsOf(given["artifacts"]),
  };
}

function artifactsOf(value: unknown): ArtifactPlan | null {
  if (value === false) return null;
  const given =
    value === true ? {} : knownKeys(value, `${WHERE}, artifacts`, ["folder", "heapsnapshot"], "{ heapsnapshot: true }");
  const { folder = DEFAULT_FOLDER } = given;
  if (typeof folder !== "string" || folder.trim() === "") {
    throw invalid("artifacts.folder", folder, WHERE, 'It is the path of a folder, such as "memory/failed".');
  }
  return { folder, heapsnapshot: flag(given["heapsnapshot"], false, "artifacts.heapsnapshot", WHERE) };
}

function fileName(value: unknown, key: string): string | null {
  if (value === undefined || value === false) return null;
  if (typeof value === "string" && value.trim() !== "") return value;
  throw invalid(
    key,
    value,
    WHERE,
    `It is the path of the file to write, such as "memory/run.${key === "junit" ? "xml" : key}", or false.`,
  );
}
