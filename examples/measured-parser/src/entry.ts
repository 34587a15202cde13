/** One request of a web server's log. */
export interface Entry {
  readonly address: string;
  /** `null` for "-". */
  readonly user: string | null;
  readonly timeMs: number;
  readonly method: string;
  readonly target: string;
  readonly status: number;
  /** Of the response's body; 0 for "-". */
  readonly bytes: number;
  readonly referrer: string | null;
  readonly agent: string;
}
