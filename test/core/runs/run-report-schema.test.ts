import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import ts from "typescript-5.9";
import { expect, test } from "vitest";
import { misfitOf } from "../../../core/src/runs/json-schema.js";
import { RUN_REPORT_JSON_SCHEMA } from "../../../core/src/runs/run-report-schema.js";
import { sampleRun } from "../reports/sample-run.js";
import { shapeOfSchema, shapeOfType } from "./shapes.js";

const ajv = new Ajv2020({ allErrors: false, strict: true, allowUnionTypes: true });
const validate = ajv.compile(RUN_REPORT_JSON_SCHEMA);

const CORE = path.join(import.meta.dirname, "../../../core");

test("reports of every kind fit the schema, by another program's judgement", () => {
  for (const seed of [1, 2, 3]) {
    const report = sampleRun({
      files: 9,
      testsPerFile: 7,
      deathEvery: 4,
      leakEvery: 2,
      breachEvery: 5,
      seed,
      fallback: seed === 2,
    });
    validate(report);
    expect(validate.errors).toBeNull();
    expect(misfitOf(report, RUN_REPORT_JSON_SCHEMA)).toBeNull();
  }
});

test("the file that is published is the schema of the code", () => {
  const published: unknown = JSON.parse(readFileSync(path.join(CORE, "dist/run-report.schema.json"), "utf8"));
  expect(published).toEqual(JSON.parse(JSON.stringify(RUN_REPORT_JSON_SCHEMA)));
});

/** Places of a value: keys that lead to every leaf and branch of it. */
function placesIn(value: unknown, trail: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [trail];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [trail, ...entries.flatMap(([key, inner]) => placesIn(inner, [...trail, key]))];
}

const DAMAGES: readonly unknown[] = [undefined, null, -1, 0.5, "text", true, [], {}, [null], 7];

test("our check and another program's agree on thousands of damaged reports", () => {
  const text = JSON.stringify(
    sampleRun({ files: 3, testsPerFile: 2, deathEvery: 3, leakEvery: 2, breachEvery: 3, readings: 3 }),
  );
  const places = placesIn(JSON.parse(text)).filter((place) => place.length > 0);
  let refused = 0;
  let taken = 0;
  places.forEach((place, index) => {
    const damage = DAMAGES[index % DAMAGES.length];
    const copy: unknown = JSON.parse(text);
    let parent = copy as Record<string | number, unknown>;
    for (const key of place.slice(0, -1)) parent = parent[key] as typeof parent;
    const last = place.at(-1) as string | number;
    if (damage === undefined && !Array.isArray(parent)) delete parent[last];
    else parent[last] = damage ?? null;
    const theirs = validate(copy);
    const ours = misfitOf(copy, RUN_REPORT_JSON_SCHEMA);
    expect({ place: place.join("."), damage, fits: ours === null }).toEqual({
      place: place.join("."),
      damage,
      fits: theirs,
    });
    if (theirs) taken += 1;
    else refused += 1;
  });
  expect(refused).toBeGreaterThan(1000);
  expect(taken).toBeGreaterThan(50);
});

test("the schema has the fields of the types, each with its type, and no others", () => {
  const file = path.join(CORE, "src/runs/run-report.ts");
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file) as ts.SourceFile;
  const exports = checker.getExportsOfModule(checker.getSymbolAtLocation(source) as ts.Symbol);
  const symbol = exports.find(({ name }) => name === "RunReport") as ts.Symbol;
  const ofTypes = shapeOfType(checker.getDeclaredTypeOfSymbol(symbol), checker);
  const ofSchema = shapeOfSchema(RUN_REPORT_JSON_SCHEMA, RUN_REPORT_JSON_SCHEMA.$defs ?? {});
  expect(Object.keys(ofTypes as object).length).toBeGreaterThan(8);
  expect(ofSchema).toEqual(ofTypes);
});
