import { describe, expect, test } from "vitest";
import { baselineText, parseBaselineFile } from "../../../core/src/baselines/format.js";
import { buffersAlone, recorded, tests } from "./recorded.js";

const FILE = "__memory__/a.test.ts.json";
const entry = buffersAlone(1000);

describe("the text of a file", () => {
  test("is sorted by key, a line for the bytes of a figure", () => {
    const text = baselineText(
      tests(
        ["suite > b", "#1", "linux-x64-node24", entry],
        [
          "suite > b",
          "#1",
          "linux-x64-node20",
          recorded({ total: null, heap: 3, native: null }, { total: 7, heap: 3, native: 4 }),
        ],
        ["a", "body", "linux-x64-node20", entry],
      ),
    );
    expect(text).toBe(`{
  "schema": "memspec-baseline",
  "version": 1,
  "tests": {
    "a": {
      "body": {
        "linux-x64-node20": {
          "allocated": { "total": 1000, "heap": 0, "buffers": 1000, "native": 0 },
          "peak": { "total": 1000, "heap": 0, "buffers": 1000, "native": 0 }
        }
      }
    },
    "suite > b": {
      "#1": {
        "linux-x64-node20": {
          "allocated": { "total": null, "heap": 3, "native": null },
          "peak": { "total": 7, "heap": 3, "native": 4 }
        },
        "linux-x64-node24": {
          "allocated": { "total": 1000, "heap": 0, "buffers": 1000, "native": 0 },
          "peak": { "total": 1000, "heap": 0, "buffers": 1000, "native": 0 }
        }
      }
    }
  }
}
`);
  });

  test.each(["__proto__", "constructor", "10", 'quotes " and\nlines', "ünï 🙂", ""])(
    "says the same again when it is read, with a test that is called %j",
    (name) => {
      const all = tests(["9", "body", "m", entry], [name, "#1", "m", entry], [name, "toString #1", "m", entry]);
      const text = baselineText(all);
      expect(parseBaselineFile(text, FILE)).toEqual(all);
      expect(baselineText(parseBaselineFile(text, FILE))).toBe(text);
      expect(JSON.parse(text)).toMatchObject({ version: 1 });
    },
  );

  test("is read as other tools leave it: with a mark of its byte order, in one line", () => {
    const text = baselineText(tests(["a", "body", "m", entry]));
    expect(parseBaselineFile(`\uFEFF${JSON.stringify(JSON.parse(text))}`, FILE)).toEqual(parseBaselineFile(text, FILE));
  });
});

const file = (figures: unknown): string =>
  JSON.stringify({ schema: "memspec-baseline", version: 1, tests: { a: { body: { m: figures } } } });

describe("a file that is not right is an error that says where", () => {
  test.each([
    ["nothing", "", "it is no JSON"],
    ["half of it", '{ "schema": "memsp', "it is no JSON"],
    ["marks of a merge", `<<<<<<< HEAD\n${baselineText(new Map())}`, "it is no JSON"],
    ["a list", "[]", "the file is an array, not an object"],
    ["something else", '{ "name": "package" }', 'its "schema" is undefined, not "memspec-baseline"'],
    ["no tests", '{ "schema": "memspec-baseline", "version": 1 }', "tests is missing, not an object"],
    [
      "a test that is a number",
      '{ "schema": "memspec-baseline", "version": 1, "tests": { "a": 3 } }',
      "a is 3, not an object",
    ],
    [
      "a call that is a list",
      '{ "schema": "memspec-baseline", "version": 1, "tests": { "a": { "#1": [] } } }',
      "#1 is an array",
    ],
    ["figures that are missing", file({ peak: {} }), "a, body, m, allocated is missing"],
    [
      "a figure that there is not",
      file({ peak: {}, allocated: {}, retained: {} }),
      'a, body, m has a figure "retained"',
    ],
    ["a space that there is not", file({ peak: { haep: 3 }, allocated: {} }), 'a, body, m, peak has a space "haep"'],
    ["a text for bytes", file({ peak: { heap: "3" }, allocated: {} }), 'a, body, m, peak, heap is "3"'],
    ["a fraction of a byte", file({ peak: { heap: 1.5 }, allocated: {} }), "heap is 1.5"],
    ["less than nothing", file({ peak: { heap: -1 }, allocated: {} }), "heap is -1"],
    ["more than can be counted", file({ peak: { heap: 2 ** 53 }, allocated: {} }), "heap is 9007199254740992"],
  ])("%s", (_what, text, fact) => {
    expect(() => parseBaselineFile(text, FILE)).toThrow(
      expect.objectContaining({
        code: "MEMSPEC_BASELINE_DAMAGED",
        message: expect.stringContaining(`${FILE} is damaged: `),
      }),
    );
    expect(() => parseBaselineFile(text, FILE)).toThrow(fact);
  });

  test.each([0, 2, "1", undefined])("version %j", (version) => {
    const text = JSON.stringify({ schema: "memspec-baseline", version, tests: {} });
    expect(() => parseBaselineFile(text, FILE)).toThrow(
      expect.objectContaining({ code: "MEMSPEC_BASELINE_VERSION", value: version }),
    );
  });
});
