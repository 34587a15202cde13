/** The JSON Schema of run-report.ts. A test holds it to the types, field by field; the build publishes it as a file. */

import { LEAK_HINTS, SITE_INFERENCES } from "../leaks/types.js";
import type { JsonSchema } from "./json-schema.js";
import { RUN_REPORT_SCHEMA, RUN_REPORT_VERSION } from "./run-report.js";

const STRING: JsonSchema = { type: "string" };
const NAME: JsonSchema = { type: "array", items: STRING };
const BOOLEAN: JsonSchema = { type: "boolean" };
/** Milliseconds. */
const TIME: JsonSchema = { type: "number" };
const COUNT: JsonSchema = { type: "integer", minimum: 0 };
/** May be a fraction: an average. */
const AVERAGE: JsonSchema = { type: "number", minimum: 0 };
const DIFFERENCE: JsonSchema = { type: "integer" };
const POSITION: JsonSchema = { type: "integer", minimum: 1 };
const STRING_OR_NULL: JsonSchema = { type: ["string", "null"] };
const NULL: JsonSchema = { type: "null" };

function orNull(schema: JsonSchema): JsonSchema {
  if (typeof schema.type === "string") return { ...schema, type: [schema.type, "null"] };
  return { anyOf: [schema, NULL] };
}

function words(...list: readonly string[]): JsonSchema {
  return { enum: list };
}

function wordsOrNull(...list: readonly string[]): JsonSchema {
  return { enum: [...list, null] };
}

function list(items: JsonSchema): JsonSchema {
  return { type: "array", items };
}

function ref(name: string): JsonSchema {
  return { $ref: `#/$defs/${name}` };
}

/** Every property is required, but for those of `optional`. */
function object(properties: Record<string, JsonSchema>, optional: Record<string, JsonSchema> = {}): JsonSchema {
  return { type: "object", required: Object.keys(properties), properties: { ...properties, ...optional } };
}

const SPACES = ["heap", "buffers", "native"] as const;

const SPACE_FIGURES = {
  allocatedBytes: orNull(COUNT),
  peakBytes: orNull(COUNT),
  netBytes: orNull(DIFFERENCE),
};

const LEVELS = {
  heapBytes: orNull(DIFFERENCE),
  buffersBytes: orNull(DIFFERENCE),
  nativeBytes: orNull(DIFFERENCE),
  rssBytes: orNull(DIFFERENCE),
};

const TYPE = {
  kind: words(
    "object",
    "array",
    "closure",
    "context",
    "string",
    "symbol",
    "number",
    "bigint",
    "regexp",
    "code",
    "buffer",
    "native",
    "shape",
    "system",
    "root",
  ),
  type: STRING,
  detail: STRING,
  place: orNull(ref("SourcePlace")),
};

const DEFINITIONS: Readonly<Record<string, JsonSchema>> = {
  Availability: {
    anyOf: [object({ available: { const: true } }), object({ available: { const: false }, reason: STRING })],
  },
  SourceFrame: object({
    kind: words("javascript", "native", "builtin", "unknown"),
    functionName: STRING,
    file: STRING,
    line: orNull(POSITION),
    column: orNull(POSITION),
    lineIsFunction: BOOLEAN,
    inlined: BOOLEAN,
    owner: words("user", "dependency", "node", "runner", "memspec", "native"),
  }),
  RunSpaceFigures: object(SPACE_FIGURES),
  RunFigures: object({
    durationMs: TIME,
    total: object({ ...SPACE_FIGURES, peakErrorBytes: COUNT }),
    heap: ref("RunSpaceFigures"),
    buffers: ref("RunSpaceFigures"),
    native: ref("RunSpaceFigures"),
    gc: object({ count: COUNT, majorCount: COUNT, durationMs: TIME }),
  }),
  RunLevels: object(LEVELS),
  TimelinePoint: object({ ...LEVELS, ms: TIME, gc: wordsOrNull("minor", "major") }),
  RunSite: object({
    space: words(...SPACES),
    stack: COUNT,
    bytes: COUNT,
    count: AVERAGE,
    estimated: BOOLEAN,
    peakBytes: orNull(COUNT),
  }),
  Breach: object(
    {
      figure: words("peak", "allocated", "retained", "leaked", "baseline"),
      space: words(...SPACES, "total", "handles"),
      limitBytes: AVERAGE,
      actualBytes: AVERAGE,
      source: STRING,
    },
    { of: words("allocated", "peak"), spaces: list(words(...SPACES)) },
  ),
  RunImprovement: object({
    of: words("allocated", "peak"),
    space: words(...SPACES, "total"),
    baselineBytes: COUNT,
    actualBytes: COUNT,
    source: STRING,
  }),
  RunBaselines: object({
    file: STRING,
    written: COUNT,
    updated: COUNT,
    removed: COUNT,
    obsolete: list(STRING),
    notes: list(STRING),
  }),
  SourcePlace: object({
    url: STRING,
    scriptId: { type: "integer", minimum: -1 },
    line: COUNT,
    column: COUNT,
  }),
  RetainingStep: object({
    ...TYPE,
    edge: words(
      "property",
      "element",
      "variable",
      "module variable",
      "key",
      "value",
      "entry",
      "listener",
      "weak key",
      "internal",
    ),
    name: STRING,
    objectId: COUNT,
    times: POSITION,
  }),
  RetainingPath: object({
    root: words("global", "module", "module of Node", "stack", "handle scope", "global handle", "native", "V8"),
    place: orNull(ref("SourcePlace")),
    native: BOOLEAN,
    avoided: BOOLEAN,
    steps: list(ref("RetainingStep")),
  }),
  HeldType: object({ ...TYPE, count: COUNT, bytes: COUNT }),
  RunLeakGroup: object(
    {
      space: words(...SPACES, "handles"),
      type: STRING,
      countPerCall: orNull(AVERAGE),
      bytesPerCall: orNull(AVERAGE),
      retainedBytes: orNull(AVERAGE),
      site: orNull(ref("RunSite")),
      place: orNull(ref("SourcePlace")),
      path: orNull(ref("RetainingPath")),
      holds: list(ref("HeldType")),
      hint: wordsOrNull(...LEAK_HINTS),
      knownOfNode: STRING_OR_NULL,
      signature: STRING,
    },
    { siteInferred: words(...SITE_INFERENCES) },
  ),
  RunLeaks: object({
    verdict: words("clean", "leak", "inconclusive"),
    reason: STRING_OR_NULL,
    groups: list(ref("RunLeakGroup")),
    ignored: list(object({ group: ref("RunLeakGroup"), reason: STRING })),
  }),
  RunDeath: object({
    reason: words("out-of-memory", "hard-cap", "signal", "exit"),
    detail: STRING,
    test: orNull(NAME),
    last: orNull(ref("TimelinePoint")),
    sites: list(ref("RunSite")),
  }),
  Artifact: object({ kind: words("heapprofile", "heapsnapshot", "capture"), path: STRING }),
  TestReport: object(
    {
      name: NAME,
      line: orNull(POSITION),
      column: orNull(POSITION),
      state: words("passed", "failed", "skipped", "todo", "died"),
      retries: COUNT,
      repeats: COUNT,
      durationMs: orNull(TIME),
      figures: orNull(ref("RunFigures")),
      unattributed: wordsOrNull("concurrent", "died", "timed-out"),
      sites: list(ref("RunSite")),
      breaches: list(ref("Breach")),
      leaks: orNull(ref("RunLeaks")),
    },
    { improvements: list(ref("RunImprovement")), checkSites: list(ref("RunSite")), artifacts: list(ref("Artifact")) },
  ),
  FileReport: object(
    {
      path: STRING,
      project: STRING_OR_NULL,
      state: words("passed", "failed", "skipped", "died"),
      worker: object({ pid: COUNT, threadId: COUNT }),
      startedMs: TIME,
      durationMs: TIME,
      figures: orNull(ref("RunFigures")),
      modules: orNull(ref("RunFigures")),
      hooks: orNull(ref("RunFigures")),
      baseline: orNull(ref("RunLevels")),
      left: orNull(ref("RunLevels")),
      sites: list(ref("RunSite")),
      moduleSites: list(ref("RunSite")),
      tests: list(ref("TestReport")),
      leaks: orNull(ref("RunLeaks")),
      death: orNull(ref("RunDeath")),
      timeline: list(ref("TimelinePoint")),
      notes: list(STRING),
    },
    { shard: POSITION, baselines: ref("RunBaselines"), artifacts: list(ref("Artifact")) },
  ),
};

/** Draft 2020-12. Lets properties pass that it does not name: version 1 grows by optional ones. */
export const RUN_REPORT_JSON_SCHEMA: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: `urn:memspec:run-report:${RUN_REPORT_VERSION}`,
  title: `Report of a test run by memspec, version ${RUN_REPORT_VERSION}`,
  description:
    "Bytes are whole numbers, times are milliseconds, null is an unknown, paths are relative to the root of the run. Fields are described in run-report.ts of @memspec/core.",
  ...object({
    schema: { const: RUN_REPORT_SCHEMA },
    version: { const: RUN_REPORT_VERSION },
    memspec: STRING,
    runner: object({ name: words("vitest", "jest"), version: STRING }),
    machine: object({
      platform: STRING,
      arch: STRING,
      node: STRING,
      native: ref("Availability"),
      ci: BOOLEAN,
    }),
    startedAt: STRING,
    durationMs: orNull(TIME),
    shards: list(object({ index: POSITION, count: POSITION })),
    frames: list(ref("SourceFrame")),
    stacks: list(list(COUNT)),
    files: list(ref("FileReport")),
    notes: list(STRING),
  }),
  $defs: DEFINITIONS,
};
