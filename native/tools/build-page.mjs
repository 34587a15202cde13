// Builds the pages (core/page): of each one script, one style sheet and the HTML around them, as one module of strings,
// which the HTML report reads when it is asked for. No other file is needed to make a page.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";
import { repositoryRoot } from "./sources.mjs";

const folder = path.join(repositoryRoot, "core/page");
const output = path.join(repositoryRoot, "core/dist/page");
/** `core/page/<name>.html`, `core/page/src/<name>/main.ts`, and `core/page/style/<name>.css` after what pages share. */
const PAGES = ["run", "capture"];

/** @returns {Promise<string[]>} folders of the packages whose code is in the pages */
export async function buildPage() {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const carried = await Promise.all(PAGES.map(buildOne));
  return [...new Set(carried.flat())].sort();
}

async function buildOne(name) {
  const bundle = await rolldown({
    input: path.join(folder, "src", name, "main.ts"),
    platform: "browser",
    tsconfig: path.join(folder, "tsconfig.json"),
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
    path.join(repositoryRoot, "node_modules/uplot/dist/uPlot.min.css"),
    path.join(folder, "style/shared.css"),
    path.join(folder, "style", `${name}.css`),
  ].filter((file) => existsSync(file));
  const asset = {
    html: readFileSync(path.join(folder, `${name}.html`), "utf8"),
    script: inScript(`${licenceComment(carried)}\n${chunk.code}`),
    style: styles
      .map((file) => readFileSync(file, "utf8"))
      .join("\n")
      .trim(),
  };
  writeFileSync(path.join(output, `${name}.cjs`), `module.exports = ${JSON.stringify(asset)};\n`);
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
