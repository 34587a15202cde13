// Builds the TypeScript packages: declarations by `tsc -b`, modules (ESM and CommonJS) by rolldown. The entries are
// the `exports` of each package.json: `./dist/esm/x.js` is made from `src/x.ts`.
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";
import { repositoryRoot } from "./sources.mjs";

const PACKAGES = ["core", "plugin-vitest", "plugin-jest"];

/** Dependencies that exist as ES modules alone: the CommonJS build carries them, for Jest's sandbox cannot require them. */
const ESM_ONLY = ["chalk", "pretty-bytes"];

execFileSync(process.execPath, [path.join(repositoryRoot, "node_modules/typescript/bin/tsc"), "-b", ...PACKAGES], {
  cwd: repositoryRoot,
  stdio: ["ignore", "inherit", "inherit"],
});
for (const name of PACKAGES) await buildPackage(path.join(repositoryRoot, name));

async function buildPackage(directory) {
  const manifest = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8"));
  const entries = Object.values(manifest.exports)
    .map((target) => /^\.\/dist\/esm\/(?<entry>.+)\.js$/.exec(target.import?.default ?? "")?.groups?.entry)
    .filter((entry) => entry !== undefined);
  const input = Object.fromEntries(entries.map((entry) => [entry, path.join(directory, `src/${entry}.ts`)]));
  const isRelative = (id) => id.startsWith(".") || path.isAbsolute(id);

  for (const format of ["esm", "cjs"]) {
    const output = path.join(directory, "dist", format);
    const bundle = await rolldown({
      input,
      platform: "node",
      tsconfig: path.join(directory, "tsconfig.json"),
      transform: { target: "node20.19" },
      external: (id) => !isRelative(id) && !(format === "cjs" && ESM_ONLY.includes(id)),
      onwarn: (warning) => {
        throw new Error(`${manifest.name}: ${warning.message}`);
      },
    });
    // Declarations, made by tsc, lie in the same folder and stay.
    rmSync(path.join(output, "chunks"), { recursive: true, force: true });
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
