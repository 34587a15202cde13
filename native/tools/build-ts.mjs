// Builds the TypeScript packages: declarations by `tsc -b`, modules (ESM and CommonJS) by rolldown. The entries are
// the `exports` of each package.json: `./dist/esm/x.js` is made from `src/x.ts`.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";
import { repositoryRoot } from "./sources.mjs";

const PACKAGES = ["core", "plugin-vitest", "plugin-jest"];

/** Dependencies that exist as ES modules alone: the CommonJS build carries them, for Jest's sandbox cannot require them. */
const ESM_ONLY = ["chalk", "pretty-bytes"];

for (const name of PACKAGES) removeOrphans(path.join(repositoryRoot, name));
const tsc = path.join(repositoryRoot, "node_modules/typescript/bin/tsc");
const { status } = spawnSync(process.execPath, [tsc, "-b", ...PACKAGES], {
  cwd: repositoryRoot,
  stdio: ["ignore", "inherit", "inherit"],
});
// The compiler has said why.
if (status !== 0) process.exit(1);
for (const name of PACKAGES) await buildPackage(path.join(repositoryRoot, name));

/** Declarations whose source is gone: tsc leaves them. */
function removeOrphans(directory) {
  const output = path.join(directory, "dist/esm");
  if (!existsSync(output)) return;
  for (const name of readdirSync(output, { recursive: true })) {
    const source = /^(?<stem>.+)\.d\.ts$/.exec(name)?.groups?.stem;
    if (source !== undefined && !existsSync(path.join(directory, `src/${source}.ts`))) rmSync(path.join(output, name));
  }
}

async function buildPackage(directory) {
  const manifest = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8"));
  const entries = Object.values(manifest.exports)
    .map((target) => /^\.\/dist\/esm\/(?<entry>.+)\.js$/.exec(target.import?.default ?? "")?.groups?.entry)
    .filter((entry) => entry !== undefined);
  const input = Object.fromEntries(entries.map((entry) => [entry, path.join(directory, `src/${entry}.ts`)]));

  for (const format of ["esm", "cjs"]) {
    const output = path.join(directory, "dist", format);
    removeModules(output);
    const bundle = await rolldown({
      input,
      platform: "node",
      tsconfig: path.join(directory, "tsconfig.json"),
      transform: { target: "node20.19" },
      // `#…` are imports within a package that is carried.
      external: (id) => !/^[.#]/.test(id) && !path.isAbsolute(id) && !(format === "cjs" && ESM_ONLY.includes(id)),
      onwarn: (warning) => {
        throw new Error(`${manifest.name}: ${warning.message}`);
      },
    });
    await bundle.write({
      dir: output,
      format,
      exports: "named",
      entryFileNames: "[name].js",
      chunkFileNames: "chunks/[name].js",
    });
    await bundle.close();
  }
  writeFileSync(path.join(directory, "dist/cjs/package.json"), '{ "type": "commonjs" }\n');
  cpSync(path.join(directory, "dist/esm"), path.join(directory, "dist/cjs"), {
    recursive: true,
    filter: (source) => !source.endsWith(".js"),
  });
}

/** What an earlier build wrote. In `esm`, the declarations that tsc has just made stay. */
function removeModules(output) {
  mkdirSync(output, { recursive: true });
  rmSync(path.join(output, "chunks"), { recursive: true, force: true });
  for (const name of readdirSync(output)) {
    if (name.endsWith(".js") || path.basename(output) === "cjs") rmSync(path.join(output, name), { recursive: true });
  }
}
