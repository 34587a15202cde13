/** Leaks that the project knows of: recorded by signature, with a reason and, where it is to end, a date. Pure. */

import { invalid, knownKeys } from "../capture/validate-options.js";

export interface KnownLeak {
  /** As the reports show it. */
  readonly signature: string;
  readonly reason: string;
  /** "YYYY-MM-DD": the last day, in UTC, on which it does not count. */
  readonly until?: string;
}

const KEYS: readonly (keyof KnownLeak)[] = ["signature", "reason", "until"];

/** @throws MemspecError `MEMSPEC_INVALID_OPTION`, `MEMSPEC_UNKNOWN_OPTION` */
export function parseKnownLeaks(value: unknown, where: string): readonly KnownLeak[] {
  if (value === undefined) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((entry) => {
    if (typeof entry !== "object" || entry === null) {
      throw invalid(
        "knownLeaks",
        entry,
        where,
        'For example { signature: "Session:0f3a…", reason: "issue 12", until: "2030-01-31" }.',
      );
    }
    const { signature, reason, until } = knownKeys(entry, `${where}, knownLeaks`, KEYS);
    if (typeof signature !== "string" || signature.trim() === "") {
      throw invalid(
        "knownLeaks.signature",
        signature,
        where,
        "It is the signature that the report shows with the leak.",
      );
    }
    if (typeof reason !== "string" || reason.trim() === "") {
      throw invalid("knownLeaks.reason", reason, where, "Say why it is known: the reason is shown with the leak.");
    }
    if (until !== undefined && !isDay(until)) {
      throw invalid(
        "knownLeaks.until",
        until,
        where,
        'It is a day of the calendar, "YYYY-MM-DD": the last one on which the leak does not count.',
      );
    }
    return entry as KnownLeak;
  });
}

/** What is known of a leak on a day. */
export type Knowledge =
  | { readonly known: "no" }
  /** It does not count. */
  | { readonly known: "yes"; readonly reason: string }
  /** It counts again. */
  | { readonly known: "until a past day"; readonly reason: string; readonly until: string };

/** @param today "YYYY-MM-DD", in UTC */
export function knowledgeOf(signature: string, leaks: readonly KnownLeak[], today: string): Knowledge {
  const entries = leaks.filter((leak) => leak.signature === signature);
  const valid = entries.find(({ until }) => until === undefined || today <= until);
  if (valid !== undefined) return { known: "yes", reason: knownText(valid) };
  // The one that held longest.
  const [past] = entries.toSorted((a, b) => ((a.until ?? "") < (b.until ?? "") ? 1 : -1));
  return past?.until === undefined
    ? { known: "no" }
    : { known: "until a past day", reason: past.reason, until: past.until };
}

function knownText({ reason, until }: KnownLeak): string {
  return until === undefined ? `known: ${reason}` : `known until ${until}: ${reason}`;
}

/** A day in UTC, for `knowledgeOf`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function isDay(value: unknown): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/u.test(value)) return false;
  const ms = Date.parse(`${value}T00:00:00Z`);
  // 30 February is read as a day of March.
  return !Number.isNaN(ms) && dayOf(ms) === value;
}
