/** The part of JSON Schema (draft 2020-12) that memspec's own schemas are written in, and a check of values against it. */

export type JsonType = "object" | "array" | "string" | "number" | "integer" | "boolean" | "null";

export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  /** `#/$defs/name` alone. */
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: JsonType | readonly JsonType[];
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | null)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** Where a value does not fit, and why. */
export interface Misfit {
  /** "files[3].tests[0].line"; "" is the value itself. */
  readonly path: string;
  /** "is a string, not a whole number" */
  readonly fact: string;
}

const DEFINITION = "#/$defs/";

/**
 * The first place at which a value does not fit, depth first; `null`: it fits. Properties that the schema does not name are
 * let pass.
 */
export function misfitOf(
  value: unknown,
  schema: JsonSchema,
  definitions: Definitions = schema.$defs ?? {},
  path = "",
): Misfit | null {
  if (schema.$ref !== undefined) {
    const definition = definitions[schema.$ref.slice(DEFINITION.length)];
    if (definition === undefined) throw new TypeError(`the schema has no ${schema.$ref}`);
    return misfitOf(value, definition, definitions, path);
  }
  if (schema.anyOf !== undefined) return misfitOfAny(value, schema.anyOf, definitions, path);
  if (schema.const !== undefined && value !== schema.const) return misfit(path, value, JSON.stringify(schema.const));
  if (schema.enum !== undefined && !schema.enum.includes(value as string | null)) {
    return misfit(path, value, `one of ${schema.enum.map((word) => JSON.stringify(word)).join(", ")}`);
  }
  if (schema.type !== undefined) {
    const types: readonly JsonType[] = typeof schema.type === "string" ? [schema.type] : schema.type;
    if (!types.some((type) => isOfType(value, type))) {
      return misfit(path, value, types.map((type) => TYPE_WORDS[type]).join(" or "));
    }
  }
  if (typeof value === "number") return misfitOfNumber(value, schema, path);
  if (Array.isArray(value)) return misfitOfItems(value, schema, definitions, path);
  if (typeof value === "object" && value !== null) {
    return misfitOfProperties(value as Readonly<Record<string, unknown>>, schema, definitions, path);
  }
  return null;
}

type Definitions = Readonly<Record<string, JsonSchema>>;

/** `null` beside one other schema is how an unknown is written: what is said is of the other. */
function misfitOfAny(
  value: unknown,
  schemas: readonly JsonSchema[],
  definitions: Definitions,
  path: string,
): Misfit | null {
  let last: Misfit | null = null;
  for (const schema of schemas) {
    const found = misfitOf(value, schema, definitions, path);
    if (found === null) return null;
    if (schema.type !== "null") last = found;
  }
  return last;
}

function misfitOfNumber(value: number, schema: JsonSchema, path: string): Misfit | null {
  if (schema.minimum !== undefined && value < schema.minimum) return misfit(path, value, `${schema.minimum} or more`);
  if (schema.maximum !== undefined && value > schema.maximum) return misfit(path, value, `${schema.maximum} or less`);
  return null;
}

function misfitOfItems(
  value: readonly unknown[],
  schema: JsonSchema,
  definitions: Definitions,
  path: string,
): Misfit | null {
  if (schema.items === undefined) return null;
  for (let index = 0; index < value.length; index += 1) {
    const found = misfitOf(value[index], schema.items, definitions, `${path}[${index}]`);
    if (found !== null) return found;
  }
  return null;
}

function misfitOfProperties(
  value: Readonly<Record<string, unknown>>,
  schema: JsonSchema,
  definitions: Definitions,
  path: string,
): Misfit | null {
  const at = (key: string): string => (path === "" ? key : `${path}.${key}`);
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) return { path: at(key), fact: "is missing" };
  }
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (!Object.hasOwn(value, key)) continue;
    const found = misfitOf(value[key], property, definitions, at(key));
    if (found !== null) return found;
  }
  return null;
}

const TYPE_WORDS: Readonly<Record<JsonType, string>> = {
  object: "an object",
  array: "an array",
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  null: "null",
};

function isOfType(value: unknown, type: JsonType): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
  }
}

function misfit(path: string, value: unknown, wanted: string): Misfit {
  return { path, fact: `is ${seen(value)}, not ${wanted}` };
}

function seen(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
