// memspec's packages as npm would install them: copies below node_modules, which runners treat as dependencies.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const PACKAGES = { native: "native", core: "core", vitest: "plugin-vitest", jest: "plugin-jest" };

/** Their other dependencies are found in the checkout's node_modules: `project` must lie inside the checkout, which must be built. */
export function installPackages(project) {
  for (const [name, directory] of Object.entries(PACKAGES)) {
    const target = path.join(project, "node_modules/@memspec", name);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    const { files } = JSON.parse(readFileSync(path.join(root, directory, "package.json"), "utf8"));
    for (const entry of ["package.json", ...files.filter((file) => !file.startsWith("!"))]) {
      cpSync(path.join(root, directory, entry), path.join(target, entry), { recursive: true });
    }
    // Those of its dependencies of which the checkout has another version at its root.
    const own = path.join(root, directory, "node_modules");
    if (existsSync(own)) symlinkSync(own, path.join(target, "node_modules"), "dir");
  }
}
