// Builds the counting addon (counter/) for the running Node: the hooks with a sink that counts, without the tracker.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const repository = path.resolve(import.meta.dirname, "../../..");
const folders = ["native/base", "native/hooks", "test/native/hooks/counter"];
const buildFolder = path.join(import.meta.dirname, "counter/build");

function filesEndingIn(...extensions: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(repository, folder))
      .filter((name) => extensions.some((extension) => name.endsWith(extension)))
      .map((name) => path.join(repository, folder, name)),
  );
}

function isCurrent(addon: string): boolean {
  if (!existsSync(addon)) return false;
  const built = statSync(addon).mtimeMs;
  return filesEndingIn(".cc", ".h").every((file) => statSync(file).mtimeMs <= built);
}

function build(addon: string): void {
  const headers = path.resolve(process.execPath, "../../include/node");
  const unfinished = `${addon}.${process.pid}`;
  execFileSync(
    process.env["CXX"] ?? "g++",
    [
      ...["-std=gnu++20", "-O2", "-g1", "-fPIC", "-shared", "-pthread", "-fno-exceptions", "-fno-omit-frame-pointer"],
      ...["-ftls-model=initial-exec", "-fvisibility=hidden", "-fvisibility-inlines-hidden", "-Wall", "-Wextra"],
      ...["-DNAPI_VERSION=8", `-I${path.join(repository, "native")}`, "-isystem", headers],
      ...filesEndingIn(".cc"),
      ...["-o", unfinished, "-Wl,-z,nodelete", "-Wl,-z,now", "-static-libgcc"],
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  renameSync(unfinished, addon);
}

/** The path of the addon. Test files run at once: one builds, the others wait for it. */
export async function counterAddon(): Promise<string> {
  const addon = path.join(buildFolder, `counter-${process.versions.modules}.node`);
  const lock = `${addon}.lock`;
  mkdirSync(buildFolder, { recursive: true });
  while (!isCurrent(addon)) {
    try {
      mkdirSync(lock);
    } catch {
      await sleep(200);
      continue;
    }
    try {
      if (!isCurrent(addon)) build(addon);
    } finally {
      rmSync(lock, { recursive: true });
    }
  }
  return addon;
}
