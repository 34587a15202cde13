import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMAND, makeWorkplace, type Workplace } from "./run-memspec.js";
import { sampleCapture } from "./sample-captures.js";

let here: Workplace;
const content = (name: string): string => readFileSync(path.join(here.folder, name), "utf8");
const file = (name: string, bytes: Uint8Array | string): void => writeFileSync(path.join(here.folder, name), bytes);
beforeAll(() => {
  here = makeWorkplace();
  const whole = sampleCapture();
  file("app.memspec", whole);
  file("cut.memspec", whole.subarray(0, whole.length - 40));
  file("more.memspec", sampleCapture(2_000_000));
  file("main.memspec", sampleCapture(0, { run: "r" }));
  file("child.memspec", sampleCapture(500, { run: "r", process: { pid: 200, parentPid: 100 } }));
  file("stranger.memspec", sampleCapture(0, { run: "other", process: { pid: 300 } }));
  file("text.memspec", "no capture");
  file("empty.memspec", "");
});
afterAll(() => here.remove());

const READERS = ["summary", "tree", "stats", "timeline", "parse"] as const;

describe("every reader of captures", () => {
  test.each([...READERS, "diff"])("%s --help has examples, and its exit codes", async (command) => {
    const { exitCode, stdout } = await here.memspec(command, "--help");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`\nExamples:\n {2}memspec ${command} `, "u"));
    expect(stdout).toMatch(/\nExit codes: 0 /u);
  });

  test.each(READERS)("%s tells a file that is not there, and one that is no capture", async (command) => {
    for (const [name, code] of [
      ["nothing.memspec", "MEMSPEC_CAPTURE_UNREADABLE"],
      ["text.memspec", "MEMSPEC_CAPTURE_FOREIGN"],
      ["empty.memspec", "MEMSPEC_CAPTURE_FOREIGN"],
    ] as const) {
      const { exitCode, stdout, stderr } = await here.memspec(command, name);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toContain(name);
      expect(stderr).toContain(code);
      expect(stderr).not.toContain("    at ");
    }
  });

  test.each(["summary", "tree", "stats", "timeline"])(
    "%s reads what is before the damage, and says so",
    async (command) => {
      const { exitCode, stdout } = await here.memspec(command, "cut.memspec");
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/note: The file can be read up to byte [\d,]+: /u);
      expect(stdout).toContain("note: The recording did not end in order");
    },
  );

  test.each(READERS)("%s writes a file, never over another unasked", async (command) => {
    const output = `${command}.txt`;
    file(output, "mine");
    const refused = await here.memspec(command, "app.memspec", "-o", output);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("MEMSPEC_FILE_EXISTS");
    expect(content(output)).toBe("mine");
    const { exitCode, stdout } = await here.memspec(command, "app.memspec", "-o", output, "-f");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(content(output)).toBe((await here.memspec(command, "app.memspec")).stdout);
  });

  test.each(READERS)("%s prints no colours into a pipe, and nothing on the standard error", async (command) => {
    const { stdout, stderr } = await here.memspec(command, "app.memspec");
    expect(stdout).not.toContain("\u001b");
    expect(stderr).toBe("");
  });

  test("options that contradict each other, and values that are none, are errors", async () => {
    for (const [args, told] of [
      [["--leaks", "--allocated"], "cannot be used with option"],
      [["--leaks", "--from", "3"], "cannot be used with option"],
      [["--temporary", "few"], "Give a number of allocations"],
      [["--from", "soon"], "Give milliseconds since the recording began."],
      [["--space", "stack"], '"stack" is none of heap, buffers, native.'],
      [["--thread", "nobody"], 'no thread "nobody"'],
      [["--limit", "0"], "Give a whole number from 1."],
      [["--sort", "size"], "Allowed choices are own, total, count, function, place."],
      [["--leak"], "(Did you mean --leaks?)"],
    ] as const) {
      const { exitCode, stdout, stderr } = await here.memspec("summary", "app.memspec", ...args);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toContain(told);
    }
  });

  test("several files of one run are read as one, of two runs they are refused", async () => {
    const { stdout } = await here.memspec("summary", "main.memspec", "child.memspec", "--leaks");
    expect(stdout).toContain("2 processes");
    expect(stdout).toContain("Still alive at the end: 2.5 kB in 3 allocations");
    const refused = await here.memspec("summary", "main.memspec", "stranger.memspec");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("MEMSPEC_CAPTURES_DIFFER");
  });
});

describe("memspec summary", () => {
  const rows = (stdout: string): readonly string[] =>
    stdout.split("\n").flatMap((line) => /^ +(\d.*)$/u.exec(line)?.[1]?.replaceAll(/ +/gu, " ") ?? []);

  test("shows the peak by function", async () => {
    const { stdout } = await here.memspec("summary", "app.memspec");
    expect(stdout).toContain("Alive at the high-water mark");
    expect(rows(stdout)).toEqual([
      "5 kB 83% 5 kB 83% 1 parse src/parse.js:40",
      "1 kB 17% 6 kB >99% 1 main src/app.js:10",
      "16 B <1% 16 B <1% 1 (no stack)",
    ]);
  });

  test.each([
    [["--leaks"], ["1 kB 100% 1 kB 100% 1 main src/app.js:10"]],
    [
      ["--space", "buffers"],
      ["5 kB 100% 5 kB 100% 1 parse src/parse.js:40", "0 B 0% 5 kB 100% 0 main src/app.js:10"],
    ],
    [["--thread", "pool"], ["16 B 100% 16 B 100% 1 (no stack)"]],
    [["--thread", "2"], ["16 B 100% 16 B 100% 1 (no stack)"]],
    [
      ["--temporary", "0"],
      [
        "5 kB >99% 5 kB >99% 1 parse src/parse.js:40",
        "16 B <1% 16 B <1% 1 (no stack)",
        "8 B <1% 5.01 kB >99% 1 main src/app.js:10",
      ],
    ],
    [["--from", "600"], []],
    [["--to", "500", "--space", "native", "--thread", "main thread"], ["1 kB 100% 1 kB 100% 1 main src/app.js:10"]],
  ] as const)("with %j shows that", async (args, expected) => {
    const { stdout } = await here.memspec("summary", "app.memspec", ...args);
    expect(rows(stdout)).toEqual(expected);
  });
});

describe("memspec tree", () => {
  test("is text where it is piped", async () => {
    const { stdout } = await here.memspec("tree", "app.memspec");
    expect(stdout.split("\n").slice(3, 6)).toEqual([
      "     6 kB  >99%  main  src/app.js:10:5",
      "     5 kB   83%  └ parse  src/parse.js:40:7",
      "     16 B   <1%  … 1 more call",
    ]);
    expect((await here.memspec("tree", "app.memspec", "--least", "0%")).stdout).toContain("(no stack)");
  });
});

describe("memspec stats", () => {
  test("as JSON has the exact figures", async () => {
    const { stdout } = await here.memspec("stats", "app.memspec", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      heapIsExact: true,
      statistics: {
        spaces: {
          buffers: { allocatedBytes: 5000, allocationCount: 1, leakedBytes: 0, leakedCount: 0, peakBytes: 5000 },
          native: { allocatedBytes: 1024, allocationCount: 3, leakedBytes: 1000, leakedCount: 1 },
        },
        offHeapPeak: { buffersBytes: 5000, nativeBytes: 1016 },
      },
      functionsByBytes: [{ name: "parse", ownBytes: 5000 }, { name: "main", ownBytes: 1008 }, { ownBytes: 16 }],
    });
  });
});

describe("memspec timeline", () => {
  test("as CSV has a line for each reading", async () => {
    const { stdout } = await here.memspec("timeline", "app.memspec", "--csv");
    expect(stdout.split("\n").map((line) => line.split(",").at(0))).toEqual(["timeUs", "0", "500000", "1000000", ""]);
    expect(stdout).toContain("\n500000,0,0,5000,1016,0,50000000\n");
  });

  test("as JSON can be parsed; both at once are refused", async () => {
    const { stdout } = await here.memspec("timeline", "app.memspec", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ timeUs: [0, 500_000, 1_000_000], buffersBytes: [0, 5000, 0] });
    expect((await here.memspec("timeline", "app.memspec", "--json", "--csv")).exitCode).toBe(1);
  });
});

describe("memspec parse", () => {
  test("prints every record, one a line", async () => {
    const { stdout } = await here.memspec("parse", "app.memspec");
    const types = stdout.split("\n").map((line) => line.split(" ")[0]);
    expect(types).toEqual([
      ...["meta", "thread", "thread"],
      ...["levels", "allocation", "allocation", "allocation", "levels", "free", "free", "allocation", "free", "levels"],
      ...["end", ""],
    ]);
    expect(stdout).toContain(
      "\nallocation space=buffers address=0x2000 bytes=5000 thread=1 allocator=malloc stack=2\n",
    );
  });

  test("tells each stack once where they are asked for", async () => {
    const { stdout } = await here.memspec("parse", "app.memspec", "--stacks");
    expect(stdout.match(/^ {4}parse {2}src\/parse\.js:40:7\n {4}main {2}src\/app\.js:10:5$/gmu)).toHaveLength(1);
  });

  test("of a damaged file prints what is before, and ends with 1", async () => {
    file("broken.memspec", sampleCapture().subarray(0, -200));
    const { exitCode, stdout } = await here.memspec("parse", "broken.memspec");
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^meta /u);
  });

  test("a reader that leaves early ends it in peace", () => {
    file("many.memspec", sampleCapture());
    const script = `"$0" "$1" parse many.memspec | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script, process.execPath, COMMAND], {
      cwd: here.folder,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^meta .*\n0\n$/u);
  });
});

describe("memspec diff", () => {
  test.each([
    ["same", "app.memspec", "app.memspec", 0],
    ["grown", "app.memspec", "more.memspec", 2],
    ["shrunk", "more.memspec", "app.memspec", 4],
  ] as const)("%s has an exit code of its own", async (verdict, before, after, code) => {
    const { exitCode, stdout } = await here.memspec("diff", before, after, "--leaks");
    expect(exitCode).toBe(code);
    expect(stdout).toMatch(/Still alive at the end: /u);
    const json = await here.memspec("diff", before, after, "--leaks", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ verdict });
  });

  test("names the function that grew", async () => {
    const { stdout } = await here.memspec("diff", "app.memspec", "more.memspec", "--leaks");
    expect(stdout).toMatch(/\+2 MB +0 B +2 MB +parse +src\/parse\.js:40/u);
  });

  test("within a wide tolerance all is the same", async () => {
    const { exitCode } = await here.memspec("diff", "app.memspec", "more.memspec", "--leaks", "--absolute", "3MB");
    expect(exitCode).toBe(0);
  });

  test("what cannot be compared is neither", async () => {
    expect((await here.memspec("diff", "app.memspec", "text.memspec")).exitCode).toBe(1);
  });
});

describe("memspec merge", () => {
  test("makes one capture of those of a run, which reads as they do together", async () => {
    const { exitCode, stdout } = await here.memspec("merge", "child.memspec", "main.memspec", "-o", "run.memspec");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    const merged = await here.memspec("summary", "run.memspec", "--allocated");
    expect(merged.stdout).toBe((await here.memspec("summary", "main.memspec", "child.memspec", "--allocated")).stdout);
    expect(merged.stdout).toContain("2 processes");
  });

  test("tells what a merged capture lacks", async () => {
    file("cut-child.memspec", sampleCapture(500, { run: "r", process: { pid: 201, parentPid: 100 } }).subarray(0, -40));
    const { exitCode, stderr } = await here.memspec(
      "merge",
      "main.memspec",
      "cut-child.memspec",
      "-o",
      "lacks.memspec",
    );
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^memspec: Process 201: The file can be read up to byte /mu);
  });

  test.each([
    [["main.memspec", "child.memspec"], "it needs a file"],
    [["main.memspec", "stranger.memspec", "-o", "x.memspec"], "MEMSPEC_CAPTURES_DIFFER"],
    [["main.memspec", "text.memspec", "-o", "x.memspec"], "main.memspec is a capture, text.memspec is none"],
    [["main.memspec", "child.memspec", "-o", "app.memspec"], "MEMSPEC_FILE_EXISTS"],
  ])("%j is an error, and writes nothing", async (args, told) => {
    const before = readFileSync(path.join(here.folder, "app.memspec"));
    const { exitCode, stderr } = await here.memspec("merge", ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(told);
    expect(existsSync(path.join(here.folder, "x.memspec"))).toBe(false);
    expect(readFileSync(path.join(here.folder, "app.memspec")).equals(before)).toBe(true);
  });
});
