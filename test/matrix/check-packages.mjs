// `npm run check:packages`: what would be published resolves and types rightly for every kind of importer, and exports nothing dead.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { workspaces } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

let failed = false;
function check(what, command, args) {
  const { status, stdout, stderr } = spawnSync(path.join(root, "node_modules/.bin", command), args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  console.log(`${status === 0 ? "✓" : "✗"} ${what}`);
  if (status === 0) return;
  failed = true;
  console.log(stdout + stderr);
}

for (const directory of workspaces) {
  check(`publint ${directory}`, "publint", ["run", directory, "--strict"]);
  // node10 cannot resolve `exports`; nothing that memspec supports resolves like it. Vitest's setup file is an ES module alone:
  // Vite imports it, and it awaits.
  const more = directory === "plugin-vitest" ? ["--exclude-entrypoints", "setup"] : [];
  check(`attw ${directory}`, "attw", ["--pack", directory, "--profile", "node16", "--no-emoji", ...more]);
}
check("knip", "knip", []);
process.exitCode = failed ? 1 : 0;
