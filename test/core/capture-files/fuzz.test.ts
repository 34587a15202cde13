import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { fuzzRound } from "./harness/fuzz-round.js";

const folder = mkdtempSync(path.join(tmpdir(), "memspec-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SEEDS = Array.from({ length: 400 }, (_, index) => index + 1);

test("captures with something wrong in them give answers or memspec's own errors", async () => {
  const file = path.join(folder, "capture.memspec");
  const failed: string[] = [];
  for (const seed of SEEDS) {
    await fuzzRound(seed, file).catch((error: unknown) => failed.push(`${seed}: ${(error as Error).stack}`));
  }
  expect(failed).toEqual([]);
});
