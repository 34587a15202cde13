import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Capture, openCapture } from "../../core/src/captures.js";
import type { ProgramRun } from "../e2e/harness/run-program.js";
import { COMMAND, makeWorkplace, type Workplace } from "./run-memspec.js";

/** Exactly 7,000,000 B of buffers that stay. */
const KEEPS = `globalThis.kept = Buffer.alloc(7_000_000);`;

let here: Workplace;
beforeAll(() => {
  here = makeWorkplace();
  here.write(
    "package.json",
    JSON.stringify({ name: "sample", scripts: { start: "node app.js", fails: "node fails.js" } }),
  );
  here.write("app.js", `${KEEPS} console.log(process.argv.slice(2).join(" "));`);
  here.write("module.mjs", `${KEEPS} await new Promise((resolve) => setTimeout(resolve, 20)); console.log("module");`);
  here.write("fails.js", `${KEEPS} process.exitCode = 7;`);
  here.write("throws.js", `${KEEPS} throw new Error("on purpose");`);
  here.write("exits.js", `${KEEPS} process.exit(5);`);
  here.write("dies.js", `${KEEPS} setTimeout(() => process.kill(process.pid, "SIGKILL"), 200);`);
  here.write("waits.js", `${KEEPS} console.log("ready"); setInterval(() => {}, 1000);`);
  here.write(
    "handles.js",
    `process.on("SIGTERM", () => { console.log("told"); process.exit(3); }); console.log("ready"); setInterval(() => {}, 1000);`,
  );
  here.write(
    "worker.js",
    `const { Worker, isMainThread } = require("node:worker_threads");
    if (isMainThread) new Worker(__filename, { name: "helper" }); else { ${KEEPS} }`,
  );
  here.write("forks.js", `const { fork } = require("node:child_process"); fork(__dirname + "/app.js", ["child"]);`);
  here.write(
    "spawns.js",
    `const { spawn } = require("node:child_process"); spawn(process.execPath, [__dirname + "/app.js", "child"], { stdio: "inherit" });`,
  );
  here.write(
    "clusters.js",
    `const cluster = require("node:cluster");
    if (cluster.isPrimary) { cluster.fork(); cluster.fork(); } else { ${KEEPS} process.disconnect(); }`,
  );
});
const captures = (): readonly string[] => readdirSync(here.folder).filter((name) => name.endsWith(".memspec"));
beforeEach(() => {
  for (const name of captures()) rmSync(path.join(here.folder, name));
});
afterAll(() => here.remove());

const run = (...args: readonly string[]): Promise<ProgramRun> => here.memspec("run", ...args);
const opened = (name: string): Promise<Capture> => openCapture(path.join(here.folder, name));

/** What the buffers hold at the end, or at their peak, of each capture that is there. */
async function keptBytes(kind: "leaked" | "peak" = "leaked"): Promise<readonly number[]> {
  const kept: number[] = [];
  for (const name of captures()) {
    const { views } = await (await opened(name)).read({ views: [{ kind, spaces: ["buffers"] }] });
    kept.push(views[0]?.bytes ?? 0);
  }
  return kept.sort((a, b) => a - b);
}

const isKept = (bytes: number | undefined): boolean => bytes !== undefined && bytes >= 7_000_000 && bytes < 7_200_000;

describe("memspec run", () => {
  test("records a script, says where, and what to do next", async () => {
    const { exitCode, stdout, stderr } = await run("app.js", "--port", "80", "-q", "--native");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "--port 80 -q --native\n" });
    const [name = "", ...others] = captures();
    expect(others).toEqual([]);
    expect(name).toMatch(/^memspec-app\.\d+\.memspec$/u);
    expect(stderr).toMatch(new RegExp(`^memspec: ${name.replaceAll(".", "\\.")} \\(`, "mu"));
    expect(stderr).toMatch(/^ {2}peak +\d/mu);
    expect(stderr).toMatch(/^ {2}allocated +~?\d/mu);
    expect(stderr).toContain(`memspec summary ${name}`);
    const { info } = await opened(name);
    expect(info).toMatchObject({ damage: null, end: { reason: "exit", exitCode: 0 } });
    expect(info.meta).toMatchObject({ contents: "all", nativeStacks: false });
    expect(await keptBytes()).toSatisfy((kept: readonly number[]) => isKept(kept[0]));
  });

  test("says nothing where it is to be quiet", async () => {
    expect(await run("-q", "app.js", "x")).toEqual({ exitCode: 0, signal: null, stdout: "x\n", stderr: "" });
    expect(captures()).toHaveLength(1);
  });

  test("records an ES module, and code of -e", async () => {
    expect(await run("-q", "-o", "module.memspec", "module.mjs")).toMatchObject({ exitCode: 0, stdout: "module\n" });
    expect(await run("-q", "-o", "eval.memspec", "-e", KEEPS)).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await keptBytes()).every(isKept)).toBe(true);
    expect(captures()).toEqual(["eval.memspec", "module.memspec"]);
  });

  test("hands options to Node, and its own to itself", async () => {
    const { stdout } = await run(
      "-q",
      "--aggregate",
      "--exact",
      "--native",
      "-o",
      "a.memspec",
      "--stack-trace-limit=3",
      "-p",
      "Error.stackTraceLimit",
    );
    expect(stdout).toBe("3\n");
    const { info } = await opened("a.memspec");
    expect(info.meta).toMatchObject({ contents: "sums", nativeStacks: true, heapInterval: 1 });
  });

  test("takes the interval as a size", async () => {
    await run("-q", "--interval", "64 KiB", "-o", "a.memspec", "app.js");
    expect((await opened("a.memspec")).info.meta.heapInterval).toBe(65_536);
  });

  test.each([
    ["fails.js", 7],
    ["exits.js", 5],
    ["throws.js", 1],
  ])("%s ends with its own exit code, %i", async (name, code) => {
    const { exitCode } = await run("-q", "-o", "a.memspec", name);
    expect(exitCode).toBe(code);
    const { info } = await opened("a.memspec");
    expect(info.end).toMatchObject({ reason: "exit", exitCode: code });
    expect((await keptBytes()).every(isKept)).toBe(true);
  });

  test("a program that kills itself ends with 128 and the signal; what was written is there", async () => {
    const { exitCode, stderr } = await run("-o", "a.memspec", "dies.js");
    expect(exitCode).toBe(128 + 9);
    expect(stderr).toContain("The recording did not end in order");
    expect((await opened("a.memspec")).info.end).toBeNull();
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s goes on to the program", async (signal) => {
    const code = { SIGTERM: 15, SIGINT: 2, SIGHUP: 1 }[signal];
    expect(await signalled("waits.js", signal)).toMatchObject({ exitCode: 128 + code });
    expect(existsSync(path.join(here.folder, "signal.memspec"))).toBe(true);
  });

  test("a program that ends by itself at a signal has its exit code", async () => {
    expect(await signalled("handles.js", "SIGTERM")).toEqual({ exitCode: 3, stdout: "ready\ntold\n" });
  });

  test("passes the standard input through", async () => {
    here.write("reads.js", `process.stdin.pipe(process.stdout);`);
    const child = spawn(process.execPath, [COMMAND, "run", "-q", "reads.js"], {
      cwd: here.folder,
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.end("through\n");
    let text = "";
    for await (const chunk of child.stdout) text += String(chunk);
    expect(text).toBe("through\n");
  });
});

describe("errors before the start", () => {
  test("a file that is there is never overwritten unasked, and nothing runs", async () => {
    here.write("mine.memspec", "mine");
    const { exitCode, stdout, stderr } = await run("-o", "mine.memspec", "app.js", "ran");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("MEMSPEC_FILE_EXISTS");
    expect(readFileSync(path.join(here.folder, "mine.memspec"), "utf8")).toBe("mine");
    expect(await run("-q", "-f", "-o", "mine.memspec", "app.js", "ran")).toMatchObject({
      exitCode: 0,
      stdout: "ran\n",
    });
    expect((await keptBytes()).every(isKept)).toBe(true);
  });

  test.each([
    [[], "There is nothing to run."],
    [["nothing.js"], "MEMSPEC_NOT_RUNNABLE"],
    [["--", "no-such-program"], "MEMSPEC_NOT_RUNNABLE"],
    [["-o", "no/folder/a.memspec", "app.js"], "MEMSPEC_FILE_UNWRITABLE"],
    [["--interval", "much", "app.js"], "Write a number and a unit"],
    [["--interval", "1kB", "--exact", "app.js"], "cannot be used with option"],
  ])("%j", async (args, told) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(told);
    expect(captures()).toEqual([]);
  });
});

describe("following", () => {
  test("threads belong to their process, with their names", async () => {
    await run("-q", "-o", "a.memspec", "worker.js");
    // A thread's buffers go with it.
    expect((await keptBytes("peak")).map(isKept)).toEqual([true]);
    const capture = await opened("a.memspec");
    expect(capture.info.threads.filter(({ isolate }) => isolate > 0).length).toBeGreaterThanOrEqual(2);
  });

  test.each(["forks.js", "spawns.js"])("without --follow, a child of %s is left alone", async (name) => {
    await run("-q", "-o", "a.memspec", name);
    expect(captures()).toEqual(["a.memspec"]);
    expect((await keptBytes()).every(isKept)).toBe(false);
  });

  test.each(["forks.js", "spawns.js"])("with --follow, a child of %s has a file of its own", async (name) => {
    const { stderr } = await run("--follow", "-o", "a.memspec", name);
    expect(captures()).toHaveLength(2);
    for (const file of captures()) expect(file).toMatch(/^a\.\d+\.memspec$/u);
    expect((await keptBytes()).map(isKept)).toEqual([false, true]);
    expect(stderr).toContain("memspec: 2 processes were recorded");
    expect(stderr).toContain("memspec summary a.*.memspec");
    const together = await here.memspec("summary", ...captures(), "--leaks", "--space", "buffers");
    expect(together.stdout).toContain("2 processes");
  });

  test("with --follow, each worker of a cluster has a file of its own", async () => {
    await run("-q", "--follow", "clusters.js");
    expect((await keptBytes()).map(isKept)).toEqual([false, true, true]);
  });

  test("a program is followed without being asked to, and that is said", async () => {
    const { exitCode, stdout, stderr } = await run("--", "npm", "run", "--silent", "start", "--", "by", "npm");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "by npm\n" });
    expect(stderr).toContain("npm is a program: the Node processes that it starts are recorded");
    expect((await keptBytes()).filter(isKept)).toHaveLength(1);
  });

  test("a program's exit code comes through, and one without Node leaves nothing to read", async () => {
    expect(await run("--", "npm", "run", "--silent", "fails")).toMatchObject({ exitCode: 7 });
    const { exitCode, stderr } = await run("--", "sh", "-c", "exit 4");
    expect(exitCode).toBe(4);
    expect(stderr).toContain("nothing was recorded");
  });
});

/** Runs a program under the command, sends the command the signal once it is ready. */
async function signalled(
  name: string,
  signal: NodeJS.Signals,
): Promise<{ readonly exitCode: number | null; readonly stdout: string }> {
  const args = [COMMAND, "run", "-q", "-f", "-o", "signal.memspec", name];
  const child = spawn(process.execPath, args, { cwd: here.folder, stdio: ["ignore", "pipe", "inherit"] });
  let stdout = "";
  child.stdout.on("data", (chunk: unknown) => {
    stdout += String(chunk);
    if (String(chunk).includes("ready")) child.kill(signal);
  });
  return new Promise((resolve) => {
    child.on("close", (exitCode) => resolve({ exitCode, stdout }));
  });
}
