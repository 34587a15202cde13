import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { COMMAND, makeWorkplace, type Workplace } from "./run-memspec.js";
import { sampleCapture } from "./sample-captures.js";
import { HAS_TMUX, openTerminal, type Terminal } from "./terminal.js";

let here: Workplace;
let terminal: Terminal | undefined;
beforeAll(() => {
  here = makeWorkplace();
  writeFileSync(path.join(here.folder, "app.memspec"), sampleCapture());
});
afterEach(() => {
  terminal?.close();
  terminal = undefined;
});
afterAll(() => here.remove());

const open = (args: string, columns: number, lines: number): Terminal => {
  terminal = openTerminal(`clear; ${process.execPath} ${COMMAND} tree app.memspec ${args}; echo "exit code $?"`, {
    columns,
    lines,
    cwd: here.folder,
  });
  return terminal;
};
const atCursor = (screen: readonly string[]): string =>
  (screen.find((line) => line.startsWith("❯")) ?? "").replaceAll(/ +/gu, " ");

describe.skipIf(!HAS_TMUX)("the tree in a terminal", () => {
  test.each([
    [80, 24],
    [120, 40],
  ])("of %i columns fills the screen, and gives it back", async (columns, lines) => {
    const it = open("", columns, lines);
    const screen = await it.screen((text) => text.includes("q quit"));
    expect(screen.filter((line) => line !== "").length).toBeLessThanOrEqual(lines);
    for (const line of screen) expect([...line].length).toBeLessThanOrEqual(columns);
    expect(screen[1]).toContain("Alive at the high-water mark");
    expect(atCursor(screen)).toContain("6 kB >99% ▾ main src/app.js:10:5");
    it.press("q");
    const after = await it.screen((text) => text.includes("exit code 0"));
    expect(after.join("\n")).not.toContain("q quit");
  });

  test("moves, closes and opens", async () => {
    const it = open("", 80, 24);
    await it.screen((text) => text.includes("q quit"));
    it.press("Down");
    expect(atCursor(await it.screen((text) => /^❯.*parse/mu.test(text)))).toContain("parse src/parse.js:40:7");
    it.press("Left", "Left");
    await it.screen((text) => !text.includes("parse"));
    it.press("Enter");
    await it.screen((text) => text.includes("parse"));
    it.press("End");
    await it.screen((text) => /^❯.*\(no stack\)/mu.test(text));
  });

  test("goes through views and spaces", async () => {
    const it = open("", 80, 24);
    await it.screen((text) => text.includes("q quit"));
    it.press("v");
    await it.screen((text) => text.includes("Still alive at the end: 1 kB in 1 allocation"));
    it.press("s", "s");
    await it.screen((text) => text.includes("Still alive at the end, buffers only: 0 B"));
    it.press("s");
    await it.screen((text) => text.includes("native only: 1 kB"));
  });

  test("follows the size of the terminal", async () => {
    const it = open("", 80, 24);
    await it.screen((text) => text.includes("q quit"));
    it.resize(120, 30);
    const screen = await it.screen((text) => text.includes("│ main"));
    expect(screen[29]).toContain("q quit");
  });

  test("ends with Ctrl-C, and leaves the terminal as it was", async () => {
    const it = open("", 80, 24);
    await it.screen((text) => text.includes("q quit"));
    it.press("C-c");
    await it.screen((text) => text.includes("exit code 0"));
    it.press("echo back", "Enter");
    await it.screen((text) => /^back$/mu.test(text));
  });

  test("is text where that is asked for", async () => {
    const it = open("--no-interactive", 80, 24);
    const screen = await it.screen((text) => text.includes("exit code 0"));
    expect(screen.join("\n")).toContain("└ parse");
  });
});
