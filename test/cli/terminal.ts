/** A real terminal for the command, in tmux: keys in, the screen out. */

import { execFileSync, spawnSync } from "node:child_process";

export const HAS_TMUX: boolean = spawnSync("tmux", ["-V"]).status === 0;

export interface Terminal {
  press(...keys: readonly string[]): void;
  /** Lines of the screen, once `shows` is true of them. */
  screen(shows: (text: string) => boolean): Promise<readonly string[]>;
  resize(columns: number, lines: number): void;
  close(): void;
}

const POLL_MS = 50;
const MOST_MS = 30_000;

/** @param command for the shell; the shell stays when it has ended */
export function openTerminal(
  command: string,
  options: { readonly columns: number; readonly lines: number; readonly cwd: string },
): Terminal {
  // A server of its own: nothing of the user's is touched.
  const socket = `memspec-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const tmux = (...args: readonly string[]): string =>
    execFileSync("tmux", ["-L", socket, ...args], { encoding: "utf8" });
  const size = ["-x", String(options.columns), "-y", String(options.lines)];
  const env = ["env", "-u", "NO_COLOR", "TERM=screen-256color", "PS1=ready$ ", "bash", "--norc", "--noprofile"];
  tmux("-f", "/dev/null", "new-session", "-d", "-s", "t", ...size, "-c", options.cwd, ...env);
  tmux("send-keys", "-t", "t", command, "Enter");
  return {
    press: (...keys) => {
      tmux("send-keys", "-t", "t", ...keys);
    },
    async screen(shows) {
      const until = Date.now() + MOST_MS;
      for (;;) {
        const text = tmux("capture-pane", "-t", "t", "-p");
        if (shows(text)) return text.split("\n");
        if (Date.now() > until) throw new Error(`the screen never showed it:\n${text}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    resize: (columns, lines) => {
      tmux("resize-window", "-t", "t", "-x", String(columns), "-y", String(lines));
    },
    close: () => {
      spawnSync("tmux", ["-L", socket, "kill-server"]);
    },
  };
}
