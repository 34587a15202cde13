/**
 * Suites of an ordinary kind, without leaks, over packages that the workspace has: what a leak gate must not blame. They parse, format,
 * validate, compress, serve, watch, wait; they have hooks, spies, fixtures, tables of cases, and caches that fill.
 */

import type { ProjectFiles } from "./project.js";

/** Names of the packages that the suites use. */
export const PACKAGES: readonly string[] = [
  "semver",
  "picomatch",
  "yaml",
  "js-yaml",
  "marked",
  "postcss",
  "zod",
  "ajv",
  "lru-cache",
  "minimatch",
  "fflate",
  "debug",
  "cli-table3",
  "json5",
  "highlight.js",
  "commander",
  "parse5",
  "source-map-js",
  "deepmerge",
];

/** Bodies of the files, by name; `packages` come in by `require`. */
const SUITES: Readonly<Record<string, string>> = {
  semver: `
const semver = require("semver");
test.each([["1.2.3", "^1.0.0", true], ["2.0.0", "^1.0.0", false], ["1.5.0", ">=1.2 <1.6", true], ["0.2.5", "~0.2.3", true], ["3.0.0-rc.1", "*", false]])(
  "%s in %s", (version, range, expected) => { expect(semver.satisfies(version, range)).toBe(expected); });
test("sorts", () => { expect(["1.10.0", "1.2.0", "1.9.0"].sort(semver.compare)).toEqual(["1.2.0", "1.9.0", "1.10.0"]); });
test("increments", () => { expect(semver.inc("1.2.3", "minor")).toBe("1.3.0"); });
test("refuses", () => { expect(semver.valid("not a version")).toBeNull(); });
`,
  globs: `
const picomatch = require("picomatch");
const { minimatch } = require("minimatch");
const cases = [["src/**/*.ts", "src/a/b.ts"], ["*.{js,ts}", "index.js"], ["lib/[a-c]?.md", "lib/b1.md"], ["**/node_modules/**", "a/node_modules/b/c"], ["+(z|y).js", "zy.js"]];
for (const [glob, name] of cases) test("picomatch " + glob, () => { expect(picomatch(glob)(name)).toBe(true); expect(picomatch.scan(glob).isGlob).toBe(true); });
for (const [glob, name] of cases) test("minimatch " + glob, () => { expect(minimatch(name, glob)).toBe(true); expect(minimatch("other.txt", glob)).toBe(false); });
`,
  documents: `
const YAML = require("yaml");
const jsYaml = require("js-yaml");
const JSON5 = require("json5");
describe("documents", () => {
  let text;
  beforeAll(() => { text = Array.from({ length: 100 }, (_, line) => "key" + line + ": [" + line + ", two, {three: 3}]").join("\\n"); });
  test("yaml parses", () => { expect(Object.keys(YAML.parse(text))).toHaveLength(100); });
  test("yaml writes", () => { expect(YAML.stringify({ a: [1, 2, { b: null }] })).toContain("- b: null"); });
  test("yaml keeps comments", () => { const doc = YAML.parseDocument("# first\\na: 1 # one\\n"); doc.set("b", 2); expect(String(doc)).toContain("# one"); });
  test("js-yaml agrees", () => { expect(jsYaml.load(text)).toEqual(YAML.parse(text)); });
  test("js-yaml throws", () => { expect(() => jsYaml.load("a: [")).toThrow(/unexpected end|flow/u); });
  test("json5", () => { expect(JSON5.parse("{a: 0x10, /* b */ c: 'd',}")).toEqual({ a: 16, c: "d" }); });
  test("back and forth", () => { const value = YAML.parse(text); expect(YAML.parse(YAML.stringify(value))).toEqual(value); });
});
`,
  markdown: `
const { marked } = require("marked");
const hljs = require("highlight.js");
const parse5 = require("parse5");
test("headings", () => { expect(marked.parse("# One\\n\\n## Two")).toContain("<h2"); });
test("lists", () => { expect(marked.parse("- a\\n- b\\n  - c").match(/<li>/gu)).toHaveLength(3); });
test("tables", () => { expect(marked.parse("|a|b|\\n|-|-|\\n|1|2|")).toContain("<table>"); });
test("long ones", () => { expect(marked.parse("word **bold** [link](x)\\n\\n".repeat(200)).length).toBeGreaterThan(5000); });
test.each(["javascript", "css", "json", "python", "bash"])("highlights %s", (language) => { expect(hljs.highlight("a 1", { language, ignoreIllegals: true }).language).toBe(language); });
test("html", () => { const tree = parse5.parse(marked.parse("a *b*")); expect(parse5.serialize(tree)).toContain("<em>b</em>"); });
`,
  validation: `
const { z } = require("zod");
const Ajv = require("ajv").default;
const user = z.object({ name: z.string().min(2), age: z.number().int().optional(), tags: z.array(z.string()).default([]) });
describe("zod", () => {
  test("parses", () => { expect(user.parse({ name: "Ann" })).toEqual({ name: "Ann", tags: [] }); });
  test("refuses", () => { expect(user.safeParse({ name: "A" }).success).toBe(false); });
  test("transforms", () => { expect(z.string().transform(Number).parse("12")).toBe(12); });
  test("unions", () => { const either = z.union([z.string(), z.number()]); expect(either.parse(3)).toBe(3); });
  test("awaits", async () => { await expect(z.string().refine(async (value) => value.length > 3).parseAsync("abc")).rejects.toThrow(); });
  test("extends", () => { expect(user.extend({ mail: z.string() }).safeParse({ name: "Ann" }).success).toBe(false); });
});
describe("ajv", () => {
  let ajv;
  beforeEach(() => { ajv = new Ajv({ allErrors: true }); });
  for (const type of ["string", "number", "boolean", "array", "object"]) test(type, () => {
    const validate = ajv.compile({ type: "object", properties: { value: { type } }, required: ["value"] });
    expect(validate({})).toBe(false);
    expect(validate.errors).toHaveLength(1);
  });
});
`,
  styles: `
const postcss = require("postcss");
const { SourceMapConsumer, SourceMapGenerator } = require("source-map-js");
const upper = { postcssPlugin: "upper", Declaration(node) { if (!node.seen) { node.seen = true; node.prop = node.prop.toUpperCase(); } } };
for (const css of ["a { color: red }", ".b > .c { margin: 0 auto }", "@media print { p { display: none } }"]) test("rewrites " + css, async () => {
  const result = await postcss([upper]).process(css, { from: "in.css", to: "out.css", map: { inline: false } });
  expect(result.css).toMatch(/[A-Z]+:/u);
  expect(new SourceMapConsumer(result.map.toJSON()).sources).toEqual(["in.css"]);
});
test("walks", () => { let rules = 0; postcss.parse("a{} b{} c{}").walkRules(() => { rules += 1; }); expect(rules).toBe(3); });
test("maps", () => {
  const generator = new SourceMapGenerator({ file: "out.js" });
  for (let line = 1; line < 50; line += 1) generator.addMapping({ generated: { line, column: 0 }, original: { line, column: 2 }, source: "in.ts" });
  expect(new SourceMapConsumer(generator.toJSON()).originalPositionFor({ line: 7, column: 0 }).column).toBe(2);
});
`,
  memory: `
const { LRUCache } = require("lru-cache");
const fflate = require("fflate");
const zlib = require("node:zlib");
const { promisify } = require("node:util");
const shared = new LRUCache({ max: 20 });
describe("bounded", () => {
  for (let round = 0; round < 6; round += 1) test("round " + round, () => {
    for (let key = 0; key < 100; key += 1) shared.set("k" + key + round, { key, body: Buffer.alloc(64) });
    expect(shared.size).toBe(20);
  });
});
describe("compression", () => {
  const data = Buffer.from("memory ".repeat(3000));
  test("fflate", () => { expect(Buffer.from(fflate.gunzipSync(fflate.gzipSync(data))).equals(data)).toBe(true); });
  test("zlib", async () => { const packed = await promisify(zlib.gzip)(data); expect((await promisify(zlib.gunzip)(packed)).length).toBe(data.length); });
  test("brotli", () => { expect(zlib.brotliDecompressSync(zlib.brotliCompressSync(data)).length).toBe(data.length); });
  test("streams", async () => {
    const stream = zlib.createGzip();
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    const ended = new Promise((done) => stream.on("end", done));
    stream.end(data);
    await ended;
    expect(Buffer.concat(parts).length).toBeLessThan(data.length);
  });
});
`,
  services: `
const http = require("node:http");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { EventEmitter, once } = require("node:events");
const { setTimeout: delay } = require("node:timers/promises");
describe("a server", () => {
  let server, address;
  beforeEach(async () => {
    server = http.createServer((request, response) => { response.end(JSON.stringify({ url: request.url })); });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    address = server.address();
  });
  afterEach(() => new Promise((closed) => { server.closeAllConnections(); server.close(closed); }));
  const get = (url) => new Promise((resolve, reject) => {
    http.get({ port: address.port, host: "127.0.0.1", path: url, agent: false }, (response) => {
      let text = "";
      response.on("data", (part) => { text += part; });
      response.on("end", () => resolve(JSON.parse(text)));
    }).on("error", reject);
  });
  for (const url of ["/", "/a?b=c", "/long/" + "x".repeat(500)]) test("answers " + url.slice(0, 8), async () => { expect(await get(url)).toEqual({ url }); });
});
describe("files", () => {
  let folder;
  beforeEach(() => { folder = fs.mkdtempSync(path.join(os.tmpdir(), "suite-")); });
  afterEach(() => { fs.rmSync(folder, { recursive: true }); });
  test("writes", async () => { await fs.promises.writeFile(path.join(folder, "a"), "b"); expect(fs.readFileSync(path.join(folder, "a"), "utf8")).toBe("b"); });
  test("streams", async () => { const out = fs.createWriteStream(path.join(folder, "s")); out.end("c".repeat(70_000)); await once(out, "close"); expect(fs.statSync(path.join(folder, "s")).size).toBe(70_000); });
  test("lists", () => { for (const name of ["x", "y"]) fs.writeFileSync(path.join(folder, name), ""); expect(fs.readdirSync(folder)).toEqual(["x", "y"]); });
});
describe("events and time", () => {
  const bus = new EventEmitter();
  test("once", async () => { setImmediate(() => bus.emit("go", 7)); expect(await once(bus, "go")).toEqual([7]); });
  test("on and off", () => { const seen = []; const listener = (value) => seen.push(value); bus.on("x", listener); bus.emit("x", 1); bus.off("x", listener); bus.emit("x", 2); expect(seen).toEqual([1]); });
  test("aborts", async () => { const controller = new AbortController(); const waiting = delay(1000, null, { signal: controller.signal }); controller.abort(); await expect(waiting).rejects.toThrow(/aborted/u); });
  test("waits", async () => { await delay(4); expect(bus.listenerCount("x")).toBe(0); });
});
`,
  tools: `
const { Command } = require("commander");
const Table = require("cli-table3");
const debug = require("debug");
const deepmerge = require("deepmerge");
const run = (...args) => { const out = []; const program = new Command(); program.exitOverride().configureOutput({ writeOut: (text) => out.push(text), writeErr: (text) => out.push(text) });
  program.option("-p, --port <number>", "port", Number, 80).argument("[files...]"); program.parse(["node", "x", ...args]); return { options: program.opts(), args: program.args, out }; };
test("defaults", () => { expect(run().options).toEqual({ port: 80 }); });
test("options", () => { expect(run("--port", "8080", "a", "b")).toMatchObject({ options: { port: 8080 }, args: ["a", "b"] }); });
test("help", () => { expect(() => run("--help")).toThrow("(outputHelp)"); });
test("unknown", () => { expect(() => run("--prot")).toThrow(/unknown option/u); });
test("tables", () => { const table = new Table({ head: ["a", "b"] }); for (let row = 0; row < 20; row += 1) table.push([row, "x" + row]); expect(table.toString().split("\\n").length).toBeGreaterThan(20); });
test("debug", () => { const log = debug("suite"); log.enabled = false; log("nothing %o", { a: 1 }); expect(log.namespace).toBe("suite"); });
test("merges", () => { expect(deepmerge({ a: [1], b: { c: 1 } }, { a: [2], b: { d: 2 } })).toEqual({ a: [1, 2], b: { c: 1, d: 2 } }); });
const spy = SPY();
for (let call = 1; call < 6; call += 1) test("spies " + call, () => { spy({ call, big: "x".repeat(1000) }); expect(spy).toHaveBeenLastCalledWith(expect.objectContaining({ call })); console.log("call", call); });
`,
};

/** For Jest, whose functions are global. */
export function ordinaryJest(): ProjectFiles {
  return Object.fromEntries(
    Object.entries(SUITES).map(([name, text]) => [`${name}.test.js`, text.replace("SPY()", "jest.fn()")]),
  );
}

/** For Vitest. */
export function ordinaryVitest(): ProjectFiles {
  const head = `import { createRequire } from "node:module";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
const require = createRequire(import.meta.url);
`;
  return Object.fromEntries(
    Object.entries(SUITES).map(([name, text]) => [`${name}.test.ts`, head + text.replace("SPY()", "vi.fn()")]),
  );
}
