// Builds the page of a run's report (core/page): one script, one style sheet and the HTML around them, as one module of
// strings, which the HTML report reads when it is asked for. No other file is needed to make a page.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";
import { repositoryRoot } from "./sources.mjs";

const page = path.join(repositoryRoot, "core/page");
const output = path.join(repositoryRoot, "core/dist/page");

/** @returns {Promise<string[]>} folders of the packages whose code is in the page */
export async function buildPage() {
  const uplot = path.join(repositoryRoot, "node_modules/uplot");
  const bundle = await rolldown({
    input: path.join(page, "src/main.ts"),
    platform: "browser",
    tsconfig: path.join(page, "tsconfig.json"),
    transform: { target: "es2022" },
    onwarn: (warning) => {
      throw new Error(`core/page: ${warning.message}`);
    },
  });
  const { output: chunks } = await bundle.generate({ format: "iife", minify: true, comments: { legal: false } });
  await bundle.close();
  const [chunk] = chunks;
  const carried = [...new Set(chunk.moduleIds.filter((id) => id.includes("/node_modules/")).map(packageOf))].sort();
  const styles = [
    readFileSync(path.join(uplot, "dist/uPlot.min.css"), "utf8"),
    readFileSync(path.join(page, "style.css"), "utf8"),
  ];
  const asset = {
    html: readFileSync(path.join(page, "page.html"), "utf8"),
    script: inScript(`${licenceComment(carried)}\n${chunk.code}`),
    style: styles.join("\n").trim(),
  };
  mkdirSync(output, { recursive: true });
  writeFileSync(path.join(output, "page.cjs"), `module.exports = ${JSON.stringify(asset)};\n`);
  return carried;
}

/** What would end a script element early, or begin a comment that hides its end. */
function inScript(code) {
  return code.replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
}

function packageOf(id) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)[0];
}

/** Every copy of the page carries its licences. */
function licenceComment(packages) {
  const texts = packages.map((folder) => {
    const { name, version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const licence = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (licence === undefined || !existsSync(path.join(folder, licence)))
      throw new Error(`${name} has no licence to carry`);
    return `${name} ${version}\n\n${readFileSync(path.join(folder, licence), "utf8").trim()}`;
  });
  return `/*!\n${texts.join("\n\n").replaceAll("*/", "* /")}\n*/`;
}
