// The torture program prints the same with and without memspec. MEMSPEC_TORTURE_SECONDS makes it longer than a smoke test.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { OF_ANOTHER_NODE } from "../cpp/run.js";
import { addonPath } from "../measure/tracker.js";

const asked = process.env["MEMSPEC_TORTURE_SECONDS"];
const seconds = Number(asked ?? 3);
const program = path.join(import.meta.dirname, "torture.mjs");
const probe = path.resolve(import.meta.dirname, "../probe/build/Release/probe.node");
const repository = path.resolve(import.meta.dirname, "../../..");

function torture(duration: number, addons: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ["--expose-gc", program, String(duration), ...addons],
    { encoding: "utf8", timeout: (duration + 200) * 1000, env: { ...process.env, NODE_OPTIONS: "", ...env } },
  );
  return { status, signal, stdout, stderr };
}

test("every allocation captured, the torture program runs to its end and prints what it prints untracked", () => {
  const untracked = torture(0, ["", probe]);
  expect(untracked).toMatchObject({ status: 0, signal: null });
  expect(untracked.stdout.split("\n").length).toBeGreaterThan(10);
  const tracked = torture(seconds, [addonPath, probe]);
  expect(tracked.stderr).toMatch(/^\d+ rounds, \d+ sites/m);
  expect(tracked).toMatchObject({ status: 0, signal: null, stdout: untracked.stdout });
}, 400_000);

// The runtime of the compiler that builds the addon; a machine with another compiler has no such file.
const sanitizer = execFileSync("gcc", ["-print-file-name=libasan.so"], { encoding: "utf8" }).trim();

// Another addon is built for it, which takes minutes: in a leg of the matrix only where a long run is asked for.
test.runIf(path.isAbsolute(sanitizer) && existsSync(sanitizer) && (!OF_ANOTHER_NODE || asked !== undefined))(
  "AddressSanitizer finds nothing in the addon while it is tortured",
  () => {
    const build = path.join(repository, "native/tools/build.mjs");
    execFileSync(process.execPath, [build, "--node", process.execPath, "--sanitize", "address"], { stdio: "ignore" });
    const sanitized = path.join(
      repository,
      `build/linux-${process.arch}-glibc/abi${process.versions.modules}-address.node`,
    );
    const tracked = torture(seconds, [sanitized], {
      LD_PRELOAD: sanitizer,
      // Node itself leaves blocks at exit; leaks are another tool's question.
      ASAN_OPTIONS: "detect_leaks=0",
    });
    expect(tracked.stderr).not.toContain("AddressSanitizer");
    expect(tracked.stderr).toMatch(/^\d+ rounds, \d+ sites/m);
    expect(tracked).toMatchObject({ status: 0, signal: null, stdout: torture(0, []).stdout });
  },
  600_000,
);
