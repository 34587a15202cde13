import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { CaptureRecord } from "../../../core/src/capture-files/model/capture.js";
import { openCapture } from "../../../core/src/capture-files/reading/open-capture.js";
import { compressCapture } from "../../../core/src/capture-files/recording/compress-capture.js";
import { fileOf } from "./harness/files.js";
import { DEFINITIONS, randomProgram } from "./harness/random-program.js";
import { captureFile } from "./harness/write-capture.js";

const events = Array.from({ length: 7 }, (_, seed) => randomProgram(seed, 400));
const whole = captureFile({ definitions: DEFINITIONS, events });

async function recordsOf(file: string): Promise<readonly CaptureRecord[]> {
  const records: CaptureRecord[] = [];
  for await (const record of (await openCapture(file)).records()) records.push(record);
  return records;
}

describe("compressing a capture", () => {
  test("makes it smaller and changes no record", async () => {
    const file = fileOf(whole);
    const before = await recordsOf(file);
    await compressCapture(file);
    expect(statSync(file).size).toBeLessThan(whole.length);
    expect(before.length).toBeGreaterThan(2000);
    expect(await recordsOf(file)).toEqual(before);
    expect((await openCapture(file)).info).toMatchObject({ damage: null, end: { reason: "exit" } });
    expect(readdirSync(path.dirname(file)).filter((name) => name.endsWith(".compressing"))).toEqual([]);
  });

  test("may begin while it is being written: what comes later, in pieces of any size, is compressed with it", async () => {
    const file = fileOf(whole);
    const before = await recordsOf(file);
    truncateSync(file, 5000);
    let ended = (): void => {};
    const written = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const compressing = compressCapture(file, { written });
    for (let at = 5000; at < whole.length; at += 1999) {
      await delay(30);
      appendFileSync(file, whole.subarray(at, at + 1999));
    }
    ended();
    await compressing;
    expect(statSync(file).size).toBeLessThan(whole.length);
    expect(await recordsOf(file)).toEqual(before);
    expect((await openCapture(file)).info).toMatchObject({ damage: null, end: { reason: "exit" } });
  });

  test("changes nothing the second time", async () => {
    const file = fileOf(whole);
    await compressCapture(file);
    const once = readFileSync(file);
    await compressCapture(file);
    expect(readFileSync(file).equals(once)).toBe(true);
  });

  test.each([1, 17, 500, 3000])(
    "of a file that was cut off %i bytes early loses nothing that can be read",
    async (missing) => {
      const file = fileOf(whole.subarray(0, whole.length - missing));
      const before = await recordsOf(file);
      await compressCapture(file);
      const after = await recordsOf(file);
      const withoutPlace = (records: readonly CaptureRecord[]) =>
        records.map((record) =>
          record.type === "damage" ? { type: record.type, reason: record.damage.reason } : record,
        );
      expect(withoutPlace(after)).toEqual(withoutPlace(before));
    },
  );

  test("keeps what follows a damaged chunk, byte by byte", async () => {
    const damaged = Buffer.from(whole);
    damaged.writeUInt8((damaged.at(-700) ?? 0) ^ 0xff, damaged.length - 700);
    const file = fileOf(damaged);
    const at = (await openCapture(file)).info.damage?.atByte ?? 0;
    await compressCapture(file);
    expect(
      readFileSync(file)
        .subarray(-(damaged.length - at))
        .equals(damaged.subarray(at)),
    ).toBe(true);
  });

  test("tells its progress up to the end", async () => {
    const shares: number[] = [];
    await compressCapture(fileOf(whole), { onProgress: (share) => shares.push(share) });
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  test("refuses what is no capture, and leaves it as it is", async () => {
    const file = fileOf(Buffer.from("something else entirely"));
    await expect(compressCapture(file)).rejects.toMatchObject({ code: "MEMSPEC_CAPTURE_FOREIGN" });
    expect(readFileSync(file, "utf8")).toBe("something else entirely");
  });
});
