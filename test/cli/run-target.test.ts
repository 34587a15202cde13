import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { captureFileOf, checkCaptureFile, recordingStart } from "../../cli/src/run-recording.js";
import { type RunTarget, runTargetOf } from "../../cli/src/run-target.js";

const folder = mkdtempSync(path.join(tmpdir(), "memspec-target-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => path.join(folder, name);
for (const name of ["app.js", "server.mts", "plain", "tool"]) writeFileSync(at(name), "");
chmodSync(at("tool"), 0o755);

const target = (...words: readonly string[]): RunTarget => runTargetOf(words, `/nowhere:${folder}`);

describe("what is run", () => {
  test.each([
    [[at("app.js"), "--port", "80"], "app"],
    [[at("server.mts")], "server"],
    [["--max-old-space-size=512", at("app.js")], "app"],
    [["--require", "./setup.js", "--import=./x.mjs", at("app.js"), "y.js"], "app"],
    [["-e", "1 + 1"], "eval"],
    [["--eval=1"], "eval"],
    [["-p", "1"], "eval"],
    [["--test"], "node"],
  ])("%j is for Node", (words, name) => {
    expect(target(...words)).toEqual({ kind: "node", file: process.execPath, args: words, name });
  });

  test("a word that is no script is a program on the PATH", () => {
    expect(target("tool", "run", "app.js")).toEqual({
      kind: "program",
      file: at("tool"),
      args: ["run", "app.js"],
      name: "tool",
    });
    expect(target(at("tool"))).toMatchObject({ kind: "program", name: "tool" });
  });

  test.each([
    [[], "There is nothing to run."],
    [[at("nothing.js")], "There is no file"],
    [["nothing"], '"nothing" is neither the file of a script nor a program on the PATH.'],
    [[at("plain")], "is neither the file of a script nor a program"],
    [[folder], "is neither the file of a script nor a program"],
  ])("%j is an error", (words, told) => {
    expect(() => target(...words)).toThrow(
      expect.objectContaining({ code: "MEMSPEC_NOT_RUNNABLE", message: expect.stringContaining(told) }),
    );
  });
});

describe("where the capture goes", () => {
  const app: RunTarget = { kind: "node", file: "node", args: ["app.js"], name: "app" };

  test.each([
    [undefined, false, "memspec-app.%p.memspec"],
    [undefined, true, "memspec-app.%p.memspec"],
    ["out.memspec", false, "out.memspec"],
    ["out.memspec", true, "out.%p.memspec"],
    ["out", true, "out.%p"],
    ["out-%p.memspec", true, "out-%p.memspec"],
    ["out-%p.memspec", false, "out-%p.memspec"],
  ])("with -o %s, following %s: %s", (given, several, name) => {
    expect(captureFileOf(given, app, several)).toBe(path.resolve(name));
  });

  const choice = { overwrite: false, nativeStacks: false, aggregate: false, follow: false, run: "r" };

  test("is refused before anything runs, where a file is there or none can be", () => {
    const refused = (file: string) => () => checkCaptureFile({ ...choice, file });
    expect(refused(at("app.js"))).toThrow(expect.objectContaining({ code: "MEMSPEC_FILE_EXISTS" }));
    expect(refused(at("no/such/folder.memspec"))).toThrow(expect.objectContaining({ code: "MEMSPEC_FILE_UNWRITABLE" }));
    expect(refused(at("new.memspec"))).not.toThrow();
    expect(() => checkCaptureFile({ ...choice, file: at("app.js"), overwrite: true })).not.toThrow();
  });

  test("is told to the program alone, or through NODE_OPTIONS to its children, too", () => {
    const alone = recordingStart(app, { ...choice, file: "/x" }, { NODE_OPTIONS: "--no-warnings" });
    expect(alone.args).toEqual(["--require", expect.stringMatching(/record\.js$/u), "app.js"]);
    expect(alone.env["NODE_OPTIONS"]).toBe("--no-warnings");
    expect(JSON.parse(alone.env["MEMSPEC_RECORD"] ?? "")).toMatchObject({ file: "/x", follow: false, run: "r" });
    const following = recordingStart(app, { ...choice, file: "/x", follow: true }, { NODE_OPTIONS: "--no-warnings" });
    expect(following.args).toEqual(["app.js"]);
    expect(following.env["NODE_OPTIONS"]).toMatch(/^--no-warnings --require "\/.*record\.js"$/u);
  });
});
