/** Captures as files of a folder that goes away with the test file. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import type { Capture } from "../../../../core/src/capture-files/model/capture.js";
import { openCapture } from "../../../../core/src/capture-files/reading/open-capture.js";

const folder = mkdtempSync(path.join(tmpdir(), "memspec-captures-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let written = 0;

export function fileOf(bytes: Uint8Array): string {
  written += 1;
  const file = path.join(folder, `${written}.memspec`);
  writeFileSync(file, bytes);
  return file;
}

export function opened(bytes: Uint8Array): Promise<Capture> {
  return openCapture(fileOf(bytes));
}
