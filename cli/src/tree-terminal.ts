/** The tree of calls in a terminal: keys in, screens out. What they do is the core's. */

import { readFileSync } from "node:fs";
import { emitKeypressEvents } from "node:readline";
import {
  type CaptureSpace,
  headingOf,
  nodeAtCursor,
  onlySpaces,
  openTree,
  pressKey,
  type ShownView,
  type TreeKey,
  type TreeState,
  treeHeight,
  treeScreen,
  viewTree,
} from "@memspec/core/reports";
import type { ReadCapture } from "./open-view.js";

interface WalkOptions {
  readonly allFrames: boolean;
  readonly colour: boolean | undefined;
}

const KEYS: Readonly<Record<string, TreeKey>> = {
  up: "up",
  k: "up",
  down: "down",
  j: "down",
  left: "left",
  h: "left",
  right: "right",
  l: "right",
  return: "toggle",
  enter: "toggle",
  space: "toggle",
  pageup: "pageup",
  pagedown: "pagedown",
  home: "home",
  end: "end",
  a: "all",
};

const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

/** Ends when the user quits. The terminal is then as it was. */
export async function walkTree(read: ReadCapture, options: WalkOptions): Promise<void> {
  const { stdin, stdout } = process;
  const spaces: readonly (CaptureSpace | null)[] = [null, ...(read.shown[0]?.view.spaces ?? [])];
  const trees = new Map<string, TreeState>();
  const files = new Map<string, readonly string[] | null>();
  let viewAt = 0;
  let spaceAt = 0;
  const key = (): string => `${viewAt} ${spaceAt}`;
  const shownNow = (): ShownView | undefined => {
    const shown = read.shown[viewAt];
    const space = spaces[spaceAt] ?? null;
    return shown === undefined || space === null ? shown : { ...shown, view: onlySpaces(shown.view, [space]) };
  };
  const stateNow = (shown: ShownView): TreeState => {
    const known = trees.get(key()) ?? openTree(viewTree(shown, read.reading.tree, read.info, options.allFrames));
    trees.set(key(), known);
    return known;
  };
  const sourceOf = (state: TreeState): readonly string[] | null => {
    const file = nodeAtCursor(state)?.frame?.file ?? "";
    if (!file.startsWith("/")) return null;
    const known = files.get(file) ?? linesOf(file);
    files.set(file, known);
    return known;
  };
  const screen = (): { readonly width: number; readonly height: number } => ({
    width: stdout.columns,
    height: stdout.rows,
  });
  const headingNow = (shown: ShownView): readonly string[] =>
    headingOf(shown, read.info, { width: stdout.columns, colour: options.colour });
  const draw = (): void => {
    const shown = shownNow();
    if (shown === undefined) return;
    const state = stateNow(shown);
    const { colour } = options;
    const drawn = treeScreen(state, { ...screen(), colour, heading: headingNow(shown), source: sourceOf(state) });
    trees.set(key(), drawn.state);
    const lines = drawn.lines.slice(0, screen().height).map((line) => line + CLEAR_LINE);
    stdout.write(`${HOME}${lines.join("\r\n")}${CLEAR_BELOW}`);
  };
  const press = (name: string): void => {
    const pressed = KEYS[name];
    const shown = shownNow();
    if (name === "v") viewAt = (viewAt + 1) % read.shown.length;
    else if (name === "s") spaceAt = (spaceAt + 1) % spaces.length;
    else if (pressed !== undefined && shown !== undefined) {
      const page = treeHeight({ ...screen(), heading: headingNow(shown) }) - 1;
      trees.set(key(), pressKey(stateNow(shown), pressed, page));
    } else return;
    draw();
  };
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdout.write(ENTER);
  try {
    await new Promise<void>((resolve) => {
      const onKey = (
        text: string | undefined,
        { name, ctrl }: { readonly name?: string; readonly ctrl?: boolean },
      ): void => {
        const quits = name === "q" || name === "escape" || (ctrl === true && (name === "c" || name === "d"));
        if (!quits) {
          press(name ?? text ?? "");
          return;
        }
        stdin.off("keypress", onKey);
        stdout.off("resize", draw);
        resolve();
      };
      stdin.on("keypress", onKey);
      stdout.on("resize", draw);
      stdin.resume();
      draw();
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(LEAVE);
  }
}

/** `null`: not there any more, or never was (code of a bundle, of `-e`). */
function linesOf(file: string): readonly string[] | null {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/u);
  } catch {
    return null;
  }
}
