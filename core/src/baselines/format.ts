/** The text of a baseline file: read with every doubt told, written sorted so that a change is a small difference. Pure. */

import { MemspecError } from "../errors/memspec-error.js";
import { showValue } from "../errors/show-value.js";
import {
  BASELINE_FIGURES,
  BASELINE_SPACES,
  type RecordedFigures,
  type RecordedTests,
  type SpaceBytes,
} from "./types.js";

const SCHEMA = "memspec-baseline";
const VERSION = 1;

type Plain = Readonly<Record<string, unknown>>;

/**
 * @param name what messages call the file
 * @throws MemspecError `MEMSPEC_BASELINE_DAMAGED` (no JSON, or not of this shape), `MEMSPEC_BASELINE_VERSION`
 */
export function parseBaselineFile(text: string, name: string): RecordedTests {
  const { schema, version, tests } = plain(fromJson(text, name), "the file", name);
  if (schema !== SCHEMA) throw damaged(name, `its "schema" is ${showValue(schema)}, not "${SCHEMA}"`);
  if (version !== VERSION) {
    throw new MemspecError(
      "MEMSPEC_BASELINE_VERSION",
      `${name} is a baseline of version ${showValue(version)}; this memspec reads and writes version ${VERSION}.`,
      { value: version, hint: "Use the memspec that wrote it, or delete the file and record it anew." },
    );
  }
  return mapOf(tests, "tests", name, (calls, test) =>
    mapOf(calls, test, name, (machines, call) =>
      mapOf(machines, call, name, (figures, machine) => figuresOf(figures, `${test}, ${call}, ${machine}`, name)),
    ),
  );
}

function fromJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
  } catch (cause) {
    throw damaged(name, `it is no JSON (${(cause as Error).message})`, cause);
  }
}

function mapOf<T>(
  value: unknown,
  what: string,
  name: string,
  read: (value: unknown, key: string) => T,
): ReadonlyMap<string, T> {
  return new Map(Object.entries(plain(value, what, name)).map(([key, inner]) => [key, read(inner, key)]));
}

function figuresOf(value: unknown, what: string, name: string): RecordedFigures {
  const given = plain(value, what, name);
  const unknown = Object.keys(given).find((key) => !(BASELINE_FIGURES as readonly string[]).includes(key));
  if (unknown !== undefined) throw damaged(name, `${what} has a figure "${unknown}", which there is not`);
  const of = (figure: string): SpaceBytes => spaceBytes(given[figure], `${what}, ${figure}`, name);
  return { allocated: of("allocated"), peak: of("peak") };
}

function spaceBytes(value: unknown, what: string, name: string): SpaceBytes {
  const given = plain(value, what, name);
  const unknown = Object.keys(given).find((key) => !(BASELINE_SPACES as readonly string[]).includes(key));
  if (unknown !== undefined) throw damaged(name, `${what} has a space "${unknown}", which there is not`);
  return new Map(
    BASELINE_SPACES.filter((space) => Object.hasOwn(given, space)).map((space) => {
      const bytes = given[space];
      if (bytes === null) return [space, null];
      if (typeof bytes === "number" && Number.isSafeInteger(bytes) && bytes >= 0) return [space, bytes];
      throw damaged(name, `${what}, ${space} is ${showValue(bytes)}, not a whole number of bytes`);
    }),
  );
}

function plain(value: unknown, what: string, name: string): Plain {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Plain;
  throw damaged(name, `${what} is ${value === undefined ? "missing" : showValue(value)}, not an object`);
}

function damaged(name: string, fact: string, cause?: unknown): MemspecError {
  return new MemspecError("MEMSPEC_BASELINE_DAMAGED", `${name} is damaged: ${fact}.`, {
    hint: "Was it changed by hand, or left with marks of a merge? Take it back from the repository, or delete it and record it anew.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The text of a file: keys in the order of their code units, a line for the bytes of a figure. */
export function baselineText(tests: RecordedTests): string {
  const body = objectText(tests, 1, (calls) =>
    objectText(calls, 2, (machines) => objectText(machines, 3, (figures) => figuresText(figures, 4))),
  );
  return `{\n  "schema": "${SCHEMA}",\n  "version": ${VERSION},\n  "tests": ${body}\n}\n`;
}

function objectText<T>(map: ReadonlyMap<string, T>, depth: number, inner: (value: T) => string): string {
  const keys = [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return linesText(
    keys.map(([key, value]) => [key, inner(value)]),
    depth,
  );
}

function figuresText(figures: RecordedFigures, depth: number): string {
  return linesText(
    BASELINE_FIGURES.map((figure) => {
      const bytes = BASELINE_SPACES.filter((space) => figures[figure].has(space));
      return [figure, `{ ${bytes.map((space) => `"${space}": ${figures[figure].get(space) ?? null}`).join(", ")} }`];
    }),
    depth,
  );
}

function linesText(entries: readonly (readonly [key: string, text: string])[], depth: number): string {
  if (entries.length === 0) return "{}";
  const indent = "  ".repeat(depth);
  return `{\n${entries.map(([key, text]) => `${indent}  ${JSON.stringify(key)}: ${text}`).join(",\n")}\n${indent}}`;
}
