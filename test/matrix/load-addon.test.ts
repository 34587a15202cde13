import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";

const native = path.join(import.meta.dirname, "../../native");

/** What `load()` returns in a process of its own, with `prelude` run before. */
function load(options: { readonly addon?: string; readonly prelude?: string; readonly directory?: string }): unknown {
  const { MEMSPEC_ADDON: _, ...env } = process.env;
  const script = `${options.prelude ?? ""}
    const { load } = require(${JSON.stringify(options.directory ?? native)});
    const { binding, ...rest } = load();
    console.log(JSON.stringify({ ...rest, loaded: binding !== undefined, same: load() === load() }));`;
  const output = execFileSync(process.execPath, ["-e", script], {
    encoding: "utf8",
    env: options.addon === undefined ? env : { ...env, MEMSPEC_ADDON: options.addon },
  });
  return JSON.parse(output);
}

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "memspec-native-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const override = (name: string, value: string) =>
  `Object.defineProperty(process, ${JSON.stringify(name)}, { value: ${JSON.stringify(value)} });`;

test("the binary of this Node's ABI is loaded, once", () => {
  const file = `abi${process.versions.modules}.node`;
  expect(load({})).toEqual({ loaded: true, path: expect.stringContaining(file), same: true });
});

test("MEMSPEC_ADDON=off loads nothing and says so", () => {
  expect(load({ addon: "off" })).toMatchObject({
    loaded: false,
    error: "the native tracker is switched off (MEMSPEC_ADDON=off)",
  });
});

test("a binary named by MEMSPEC_ADDON that is not there is an error that names it", () => {
  expect(load({ addon: "/no/such.node" })).toMatchObject({
    loaded: false,
    error: expect.stringMatching(/named by MEMSPEC_ADDON.*Node ABI \d+: \/no\/such\.node: /),
  });
});

test("a package without this ABI's binary says what was looked for", () => {
  const directory = temporaryFolder();
  cpSync(path.join(native, "index.cjs"), path.join(directory, "index.cjs"));
  const abi = process.versions.modules;
  expect(load({ directory: path.join(directory, "index.cjs") })).toMatchObject({
    loaded: false,
    error: `@memspec/native has no binary for linux-${process.arch}-glibc and Node ABI ${abi} (Node ${process.versions.node}): looked for prebuilds/linux-${process.arch}-glibc/abi${abi}.node`,
  });
});

test.each(["darwin", "win32"])("on %s the reason is the platform", (platform) => {
  expect(load({ prelude: override("platform", platform) })).toMatchObject({
    loaded: false,
    error: `the native tracker runs on Linux x64 and arm64 with glibc, and this is ${platform}-${process.arch}`,
  });
});

test("on another processor the reason is the processor", () => {
  expect(load({ prelude: override("arch", "riscv64") })).toMatchObject({
    loaded: false,
    error: "the native tracker runs on Linux x64 and arm64 with glibc, and this is linux-riscv64",
  });
});

test("without glibc the reason is the C library", () => {
  const node = path.join(temporaryFolder(), "node");
  writeFileSync(node, "\x7fELF\0\0/lib/ld-musl-x86_64.so.1\0");
  expect(load({ prelude: override("execPath", node) })).toMatchObject({
    loaded: false,
    error: expect.stringContaining("another C library"),
  });
});

test("a Node whose binary cannot be read is taken at its word", () => {
  expect(load({ prelude: override("execPath", "/no/such/node") })).toMatchObject({ loaded: true });
});
