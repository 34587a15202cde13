// The torture program prints the same with and without memspec. MEMSPEC_TORTURE_SECONDS makes it longer than a smoke test.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { addonPath } from "../measure/tracker.js";

const seconds = Number(process.env["MEMSPEC_TORTURE_SECONDS"] ?? 3);
const program = path.join(import.meta.dirname, "torture.mjs");
const probe = path.resolve(import.meta.dirname, "../probe/build/Release/probe.node");

function torture(duration: number, ...addons: readonly string[]) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ["--expose-gc", program, String(duration), ...addons],
    { encoding: "utf8", timeout: (duration + 120) * 1000, env: { ...process.env, NODE_OPTIONS: "" } },
  );
  return { status, signal, stdout, stderr };
}

test("every allocation captured, the torture program runs to its end and prints what it prints untracked", () => {
  const untracked = torture(0, "", probe);
  expect(untracked).toMatchObject({ status: 0, signal: null });
  expect(untracked.stdout.split("\n").length).toBeGreaterThan(10);
  const tracked = torture(seconds, addonPath, probe);
  expect(tracked.stderr).toMatch(/^\d+ rounds, \d+ sites/m);
  expect(tracked).toMatchObject({ status: 0, signal: null, stdout: untracked.stdout });
}, 300_000);
