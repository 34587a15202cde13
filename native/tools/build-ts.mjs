// Builds the TypeScript packages: declarations by `tsc -b`, modules (ESM and CommonJS) by rolldown. The entries are
// the `exports` of each package.json: `./dist/esm/x.js` is made from `src/x.ts`. A command (`bin/x.cjs` loads `dist/cjs/x.js`) is CommonJS alone: Node
// has it running sooner, and a program that is to be recorded waits for it.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { buildPage } from "./build-page.mjs";
import { repositoryRoot } from "./sources.mjs";

/** Importing `node:process` reads its every export, and reading `stdin` opens it: that alone takes milliseconds. */
const PROCESS = "\0memspec:process";
const lightProcess = {
  name: "light-process",
  resolveId: (id, importer) => (id === "node:process" && isInstalled(importer) ? PROCESS : null),
  load: (id) => (id === PROCESS ? "module.exports = globalThis.process;" : null),
};

/** Entries that no test worker loads: built by themselves, so that they do not split what workers load into more files. */
const APART = ["reports", "captures"];

/**
 * What is loaded with its first use: a worker in which nothing is limited needs no globs, one in which nothing fails no colours,
 * and running the two was a fifth of what loading the core takes. Node's `crypto` brings twenty modules of its own with it.
 */
const ON_USE = {
  "node:crypto": `
    export const createHash = (...given) => require("node:crypto").createHash(...given);
    export const randomUUID = (...given) => require("node:crypto").randomUUID(...given);`,
  "node:os": `
    export const tmpdir = () => require("node:os").tmpdir();
    export default { release: () => require("node:os").release() };`,
  "node:tty": 'export default { isatty: (descriptor) => require("node:tty").isatty(descriptor) };',
  picomatch: 'export default (...given) => require("picomatch")(...given);',
  chalk: 'export function Chalk(options) { return new (require("chalk").Chalk)(options); }',
};
/** The same in the command, which does not let a program that is to be recorded wait for what no recording begins with. */
const COMMAND_ON_USE = {
  "@memspec/core": `
    export const isMemspecError = (...given) => require("@memspec/core").isMemspecError(...given);
    export const parseSize = (...given) => require("@memspec/core").parseSize(...given);
    export const formatSize = (...given) => require("@memspec/core").formatSize(...given);
    export const analyzeSnapshot = (...given) => require("@memspec/core").analyzeSnapshot(...given);
    export const diffSnapshots = (...given) => require("@memspec/core").diffSnapshots(...given);
    export function MemspecError(...given) { return new (require("@memspec/core").MemspecError)(...given); }`,
};
const IS_ON_USE = "\0memspec:on-use:";
const onUse = (directory, modules) => ({
  name: "on-use",
  resolveId(id, importer) {
    if (!(id in modules)) return null;
    if (!importer?.startsWith(IS_ON_USE)) return IS_ON_USE + id;
    if (!CARRIED.includes(id)) return { id, external: true };
    return this.resolve(id, path.join(directory, "src/index.ts"), { skipSelf: true });
  },
  load: (id) => (id.startsWith(IS_ON_USE) ? modules[id.slice(IS_ON_USE.length)] : null),
});

/**
 * The HTML pages, which the `imports` of the core's package.json name: loaded with the first report that is one, from where they
 * lie beside `dist/esm` and `dist/cjs`.
 */
const IS_PAGE = "\0memspec:page:";
const pagesOnUse = (imports) => ({
  name: "pages-on-use",
  resolveId: (id) => (id in imports ? IS_PAGE + id : null),
  load: (id) =>
    id.startsWith(IS_PAGE)
      ? `import { createRequire } from "node:module";
         const page = () => createRequire(import.meta.url)(${JSON.stringify(imports[id.slice(IS_PAGE.length)].replace("./dist/", "../"))});
         export default { get html() { return page().html; }, get script() { return page().script; }, get style() { return page().style; } };`
      : null,
});

/** ES modules that have a file of their own, though they are no entries: Vite compiles the setup file alone, which is to be small. */
const OWN_FILES = { "@memspec/vitest": ["test-file"] };

const PACKAGES = ["core", "plugin-vitest", "plugin-jest", "cli"];

/**
 * Dependencies that the builds carry: some exist as ES modules alone, which Jest's sandbox cannot require, and every worker
 * of a runner loads the core, in half the time from few files.
 */
const CARRIED = ["@jridgewell/trace-mapping", "chalk", "commander", "picomatch", "pretty-bytes"];

for (const name of PACKAGES) removeOrphans(path.join(repositoryRoot, name));
const tsc = path.join(repositoryRoot, "node_modules/typescript/bin/tsc");
const { status } = spawnSync(process.execPath, [tsc, "-b", ...PACKAGES], {
  cwd: repositoryRoot,
  stdio: ["ignore", "inherit", "inherit"],
});
// The compiler has said why.
if (status !== 0) process.exit(1);
const inPage = await buildPage();
for (const name of PACKAGES) {
  await buildPackage(path.join(repositoryRoot, name), name === "core" ? inPage : []);
}
await writeSchema();

/** Declarations whose source is gone: tsc leaves them. */
function removeOrphans(directory) {
  const output = path.join(directory, "dist/esm");
  if (!existsSync(output)) return;
  for (const name of readdirSync(output, { recursive: true })) {
    const source = /^(?<stem>.+)\.d\.ts$/.exec(name)?.groups?.stem;
    if (source !== undefined && !existsSync(path.join(directory, `src/${source}.ts`))) rmSync(path.join(output, name));
  }
}

/** The JSON Schema of a run's report, as the package just built says it. */
async function writeSchema() {
  const core = path.join(repositoryRoot, "core/dist");
  const { RUN_REPORT_JSON_SCHEMA } = await import(pathToFileURL(path.join(core, "esm/reports.js")).href);
  writeFileSync(path.join(core, "run-report.schema.json"), `${JSON.stringify(RUN_REPORT_JSON_SCHEMA, null, 2)}\n`);
}

/** @param alsoCarried folders of packages whose code it carries otherwise */
async function buildPackage(directory, alsoCarried) {
  const manifest = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8"));
  const commands = Object.values(manifest.bin ?? {});
  const namesOf = (targets) =>
    targets
      .map((target) => /^\.\/(?:dist\/esm|bin)\/(?<entry>.+)\.c?js$/.exec(target ?? "")?.groups?.entry)
      .filter((entry) => entry !== undefined);
  const both = namesOf([...Object.values(manifest.exports).map((target) => target.import?.default), ...commands]);
  const esmAlone = [
    ...namesOf(Object.values(manifest.exports).map((target) => target.default)),
    ...(OWN_FILES[manifest.name] ?? []),
  ];

  const carried = new Set(alsoCarried);
  const formats = commands.length > 0 ? ["cjs"] : ["esm", "cjs"];
  for (const format of formats) {
    removeModules(path.join(directory, "dist", format));
    const entries = format === "esm" ? [...both, ...esmAlone] : both;
    const together = entries.filter((entry) => !APART.includes(entry));
    const groups = [together, ...APART.filter((entry) => entries.includes(entry)).map((entry) => [entry])];
    for (const group of groups) {
      for (const id of await bundleEntries(directory, manifest, group, format)) carried.add(packageOf(id));
    }
  }
  writeLicences(path.join(directory, "dist/THIRD-PARTY-LICENSES.txt"), [...carried].sort());
  if (!formats.includes("cjs")) return;
  writeFileSync(path.join(directory, "dist/cjs/package.json"), '{ "type": "commonjs" }\n');
  cpSync(path.join(directory, "dist/esm"), path.join(directory, "dist/cjs"), {
    recursive: true,
    filter: (source) => !source.endsWith(".js"),
  });
}

/** @returns modules of other packages that the bundle carries */
async function bundleEntries(directory, manifest, entries, format) {
  const ownImports = manifest.imports ?? {};
  // Commands run once, and what they import of Node's they use.
  const modulesOnUse = manifest.bin === undefined ? ON_USE : COMMAND_ON_USE;
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, path.join(directory, `src/${entry}.ts`)])),
    platform: "node",
    plugins: [lightProcess, onUse(directory, modulesOnUse), pagesOnUse(ownImports)],
    tsconfig: path.join(directory, "tsconfig.json"),
    transform: { target: "node20.19" },
    // Parentheses around a function have V8 compile it at once, and what runs with its first use mostly never runs.
    optimization: { pifeForModuleWrappers: false },
    // `#…` are imports within a package that is carried.
    external: (id, importer) =>
      !id.startsWith(".") &&
      !path.isAbsolute(id) &&
      !CARRIED.includes(id) &&
      !(id in modulesOnUse) &&
      !(id in ownImports) &&
      !isInstalled(importer),
    onwarn: (warning) => {
      throw new Error(`${manifest.name}: ${warning.message}`);
    },
  });
  const { output } = await bundle.write({
    dir: path.join(directory, "dist", format),
    format,
    exports: "named",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name].js",
  });
  await bundle.close();
  for (const { type, fileName } of output) {
    const file = path.join(directory, "dist", format, fileName);
    if (type === "chunk") writeFileSync(file, inAscii(readFileSync(file, "utf8")));
  }
  return output.flatMap(({ moduleIds }) => moduleIds ?? []).filter(isInstalled);
}

/** Beyond ASCII V8 keeps a module's text in two bytes a character, which takes twice the room and longer to decode. */
function inAscii(code) {
  return code.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function isInstalled(id) {
  return id?.includes("/node_modules/") ?? false;
}

/** Folder of the package that a module of node_modules belongs to. */
function packageOf(id) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)[0];
}

/** Whoever carries a package carries its licence. */
function writeLicences(file, packages) {
  rmSync(file, { force: true });
  if (packages.length === 0) return;
  const texts = packages.map((folder) => {
    const { name, version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const licence = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (licence === undefined) throw new Error(`${name} has no licence to carry`);
    return `${name} ${version}\n\n${readFileSync(path.join(folder, licence), "utf8").trim()}\n`;
  });
  writeFileSync(file, texts.join(`\n${"-".repeat(80)}\n\n`));
}

/** What an earlier build wrote. In `esm`, the declarations that tsc has just made stay. */
function removeModules(output) {
  mkdirSync(output, { recursive: true });
  rmSync(path.join(output, "chunks"), { recursive: true, force: true });
  for (const name of readdirSync(output)) {
    if (name.endsWith(".js") || path.basename(output) === "cjs") rmSync(path.join(output, name), { recursive: true });
  }
}
