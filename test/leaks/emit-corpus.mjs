// The corpus as JavaScript, file by file, for scripts: names and lines stay what they are in the source.
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript-5.9";

const sources = path.join(import.meta.dirname, "corpus");
/** As deep as the sources are: the probe addon is found the same way from here. */
const outputs = path.join(import.meta.dirname, ".cache");

/** Emits the corpus, with source maps that lead back to the source. The URL of its index. */
export function emitCorpus() {
  mkdirSync(outputs, { recursive: true });
  for (const name of readdirSync(sources).filter((file) => file.endsWith(".ts"))) {
    const fileName = path.join(sources, name);
    const { outputText } = ts.transpileModule(readFileSync(fileName, "utf8"), {
      fileName,
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        inlineSourceMap: true,
        inlineSources: true,
      },
    });
    // Another script may be reading it: whole or not at all.
    const output = path.join(outputs, name.replace(/ts$/u, "js"));
    const written = `${output}.${process.pid}`;
    writeFileSync(written, outputText);
    renameSync(written, output);
  }
  return pathToFileURL(path.join(outputs, "index.js")).href;
}

if (import.meta.filename === process.argv[1]) console.log(emitCorpus());
