/** What values a TypeScript type and a JSON Schema take, written the same way so that they can be compared. */

import ts from "typescript-5.9";
import type { JsonSchema } from "../../../core/src/runs/json-schema.js";

/** A text for a value without parts, an object for one with; "?" after a key: it may be missing. */
export type Shape = string | { readonly [key: string]: Shape };

function union(parts: readonly Shape[]): Shape {
  const known = new Map(parts.map((part) => [JSON.stringify(part), part]));
  const list = [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
  if (list.length === 1) return list[0] as Shape;
  return Object.fromEntries(list.map((part, index) => [`or ${index}`, part]));
}

export function shapeOfType(type: ts.Type, checker: ts.TypeChecker): Shape {
  if (type.isUnion()) return union(type.types.map((part) => shapeOfType(part, checker)));
  if (type.isStringLiteral() || type.isNumberLiteral()) return JSON.stringify(type.value);
  if ((type.flags & ts.TypeFlags.BooleanLiteral) !== 0) return checker.typeToString(type);
  if ((type.flags & ts.TypeFlags.Null) !== 0) return "null";
  if ((type.flags & ts.TypeFlags.Number) !== 0) return "number";
  if ((type.flags & ts.TypeFlags.String) !== 0) return "string";
  if (checker.isArrayType(type)) {
    const [items] = checker.getTypeArguments(type as ts.TypeReference);
    return { "[]": shapeOfType(items as ts.Type, checker) };
  }
  const properties = checker.getPropertiesOfType(type).map((property): [string, Shape] => {
    const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const inner = checker.getTypeOfSymbol(property);
    const shape = shapeOfType(optional ? checker.getNonNullableType(inner) : inner, checker);
    return [optional ? `${property.name}?` : property.name, shape];
  });
  if (properties.length === 0) throw new TypeError(`no shape for ${checker.typeToString(type)}`);
  return Object.fromEntries(properties);
}

export function shapeOfSchema(schema: JsonSchema, definitions: Readonly<Record<string, JsonSchema>>): Shape {
  if (schema.$ref !== undefined) {
    return shapeOfSchema(definitions[schema.$ref.replace("#/$defs/", "")] as JsonSchema, definitions);
  }
  if (schema.anyOf !== undefined) return union(schema.anyOf.flatMap((part) => flat(shapeOfSchema(part, definitions))));
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map((word) => JSON.stringify(word)));
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  return union(types.flatMap((type) => shapesOfJsonType(type, schema, definitions)));
}

/** The members of a union of a union. */
function flat(shape: Shape): readonly Shape[] {
  return typeof shape === "object" && "or 0" in shape ? Object.values(shape) : [shape];
}

function shapesOfJsonType(
  type: string,
  schema: JsonSchema,
  definitions: Readonly<Record<string, JsonSchema>>,
): readonly Shape[] {
  switch (type) {
    case "integer":
      return ["number"];
    case "boolean":
      return ["false", "true"];
    case "array":
      return [{ "[]": shapeOfSchema(schema.items as JsonSchema, definitions) }];
    case "object":
      return [
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([key, property]) => [
            schema.required?.includes(key) ? key : `${key}?`,
            shapeOfSchema(property, definitions),
          ]),
        ),
      ];
    default:
      return [type];
  }
}
