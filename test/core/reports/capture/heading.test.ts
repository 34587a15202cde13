import { describe, expect, test } from "vitest";
import type { CaptureView, ViewOptions } from "../../../../core/src/capture-files/model/capture.js";
import {
  captureNotes,
  programText,
  timeText,
  viewNotes,
  viewText,
} from "../../../../core/src/reports/capture/heading.js";
import { handMade, infoOf, MAIN } from "./hand-made.js";

const { view } = handMade([{ stack: [MAIN], bytes: 1 }]);
const words = (options: ViewOptions, more: Partial<CaptureView> = {}, threads: readonly string[] = []): string =>
  viewText({ view: { ...view, time: null, ...more, kind: options.kind }, options, threads });

describe("what a view shows, in words", () => {
  test.each<[string, string]>([
    [words({ kind: "peak" }, { time: 1500 }), "Alive at the high-water mark, 1.5 ms after the start"],
    [words({ kind: "peak" }), "Alive at the high-water mark"],
    [words({ kind: "leaked" }), "Still alive at the end"],
    [words({ kind: "allocated" }), "Allocated, freed or not"],
    [words({ kind: "temporary" }), "Freed before a second further allocation of its thread"],
    [words({ kind: "temporary", threshold: 0 }), "Freed before the next allocation"],
    [words({ kind: "temporary", threshold: 9 }), "Freed before 10 further allocations of its thread"],
    [words({ kind: "window", fromUs: 5000 }), "Allocated from 5.0 ms on and alive at the end"],
    [words({ kind: "window", toUs: 2_000_000 }), "Allocated from 0 µs on and alive at 2.00 s"],
    [words({ kind: "leaked" }, { spaces: ["heap", "native"] }), "Still alive at the end, heap and native only"],
    [words({ kind: "leaked" }, {}, ["main", "3"]), "Still alive at the end, threads main, 3 only"],
  ])("%s", (told, expected) => {
    expect(told).toBe(expected);
  });
});

test.each([
  [999, "999 µs"],
  [1000, "1.0 ms"],
  [9999, "10.0 ms"],
  [10_000, "10 ms"],
  [999_400, "999 ms"],
  [1_000_000, "1.00 s"],
  [59_990_000, "59.99 s"],
  [60_000_000, "1 min 0 s"],
  [125_000_000, "2 min 5 s"],
])("%i microseconds are %s", (us, told) => {
  expect(timeText(us)).toBe(told);
});

describe("the program", () => {
  const withArgv = (argv: readonly string[], execArgv: readonly string[] = []): string => {
    const info = infoOf();
    return programText({ ...info, meta: { ...info.meta, process: { ...info.meta.process, argv, execArgv } } });
  };

  test("is told by its script and arguments", () => {
    expect(withArgv(["/usr/bin/node", "/a/b.mjs", "x", "y"])).toBe("b.mjs x y");
  });

  test("of a line of code is node -e", () => {
    expect(withArgv(["/usr/bin/node"], ["-e", "1"])).toBe("node -e");
    expect(withArgv(["/usr/bin/node"])).toBe("node");
  });
});

describe("notes of a capture", () => {
  const end = infoOf().end;
  if (end === null) throw new Error("the hand-made capture ended in order");

  test("are none where it is whole", () => {
    expect(captureNotes(infoOf())).toEqual([]);
  });

  test("tell a recording that did not end, and what is damaged", () => {
    const notes = captureNotes(infoOf({ end: null, damage: { atByte: 12_345, reason: "the chunk is incomplete." } }));
    expect(notes).toEqual([
      "The file can be read up to byte 12,345: the chunk is incomplete. What is before counts.",
      "The recording did not end in order (the program was killed, or still runs): what was written until then counts.",
    ]);
  });

  test("tell a disk that was full, and what was dropped", () => {
    const dropped = { stacks: 1, blocks: 2, unknownFrees: 7, bytes: 4096 };
    expect(
      captureNotes(infoOf({ end: { ...end, reason: "full", detail: "No space left on device.", dropped } })),
    ).toEqual([
      "The recording ended before the program: the disk took no more (No space left on device).",
      "4.1 kB of the recording could not be written.",
      "There was no room for 1 stack.",
      "2 blocks could not be followed.",
    ]);
  });

  test("name the process where there are several, and tell what is true of all once", () => {
    const info = infoOf();
    const process = (pid: number, notes: readonly string[]) => {
      const meta = { ...info.meta, notes, process: { ...info.meta.process, pid } };
      return { path: "", meta, end, damage: null, unreadModules: [] };
    };
    expect(captureNotes({ ...info, processes: [process(1, ["Of all.", "Of one."]), process(2, ["Of all."])] })).toEqual(
      ["Of all.", "Process 1: Of one."],
    );
  });

  test("name the files of native code that say nothing any more", () => {
    const [process] = infoOf().processes;
    if (process === undefined) throw new Error("there is no process");
    const unreadModules = [
      { path: "/app/gone.node", reason: "missing" },
      { path: "/app/new.node", reason: "changed" },
    ] as const;
    expect(captureNotes({ ...infoOf(), processes: [{ ...process, unreadModules }] })).toEqual([
      "Lines of /app/gone.node are not known, and its functions only as far as it exported them: the file is not there any more.",
      "Lines of /app/new.node are not known, and its functions only as far as it exported them: the file is not the one that ran.",
    ]);
  });

  test("say what a view cannot tell", () => {
    expect(viewNotes({ ...view, kind: "leaked", unknownSpaces: ["heap"] })).toEqual([
      "Not known of heap (its objects were not sampled, or not followed to their end): what was alive at the end.",
    ]);
    expect(viewNotes(view)).toEqual([]);
  });
});
