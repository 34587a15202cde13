import { MemspecError } from "../errors/memspec-error.js";
import { nearest } from "../errors/nearest.js";
import { showValue } from "../errors/show-value.js";
import { formatBytesExact, groupDigits } from "./format-size.js";
import { BYTES_PER_UNIT, UNIT_NAMES } from "./size.js";

const SIZE = /^(\d+)(?:\.(\d+))? ?([a-z]+)$/iu;
const EXACT = /^.+ \(([\d,]+) B\)$/u;
/** Longer strings are no sizes; refusing them early keeps the arithmetic small. */
const MAX_LENGTH = 64;

/**
 * Reads a size as memspec writes it and as people write it, the whole string or nothing.
 *
 * Takes "512 B", "50MB", "24 MB", "1.5 GiB" (kB, MB, GB, TB are powers of 1000; KiB, MiB, GiB, TiB powers of 1024;
 * case does not matter; at most one space), the exact form "61.3 MB (61,310,448 B)", and a number of bytes. A fraction
 * of a unit above B is rounded to the nearest byte, halves up.
 *
 * @param value the size; a number must be a safe integer, zero or more
 * @returns whole bytes, at most `Number.MAX_SAFE_INTEGER`
 * @throws MemspecError `MEMSPEC_INVALID_SIZE`, naming the value, with a hint
 */
export function parseSize(value: unknown): number {
  if (typeof value === "number") return checkedBytes(value);
  if (typeof value !== "string") {
    throw invalid(value, 'Give a string such as "50MB", or a number of bytes.');
  }
  const exact = EXACT.exec(value)?.[1];
  if (exact !== undefined) {
    const bytes = Number(exact.replaceAll(",", ""));
    if (Number.isSafeInteger(bytes) && formatBytesExact(bytes) === value) return bytes;
  }
  const match = value.length > MAX_LENGTH ? null : SIZE.exec(value);
  const [, whole = "", fraction = "", unit = ""] = match ?? [];
  const bytesPerUnit = BYTES_PER_UNIT.get(unit.toLowerCase());
  if (match === null || bytesPerUnit === undefined) throw invalid(value, hintFor(value));
  if (bytesPerUnit === 1n && fraction !== "") {
    throw invalid(value, "There is no fraction of a byte: write whole bytes.");
  }
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * bytesPerUnit;
  const bytes = (scaled * 2n + scale) / (scale * 2n);
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid(value, tooLarge());
  return Number(bytes);
}

function checkedBytes(value: number): number {
  if (Number.isNaN(value)) throw invalid(value, "Not a number of bytes: check how it was computed.");
  if (value < 0 || Object.is(value, -0)) throw invalid(value, "A size is zero or more.");
  if (value === Number.POSITIVE_INFINITY) {
    throw invalid(value, "A size is finite: leave the limit out where there is none.");
  }
  if (!Number.isInteger(value)) {
    throw invalid(value, "There is no fraction of a byte: round the number, for example with Math.round.");
  }
  if (!Number.isSafeInteger(value)) throw invalid(value, tooLarge());
  return value;
}

function invalid(value: unknown, hint: string): MemspecError {
  return new MemspecError("MEMSPEC_INVALID_SIZE", `${showValue(value)} is not a size.`, { value, hint });
}

function tooLarge(): string {
  return `The largest size is ${groupDigits(Number.MAX_SAFE_INTEGER)} B.`;
}

/** What the writer of a wrong size most probably meant. */
function hintFor(value: string): string {
  const general = `Write a number and a unit (${UNIT_NAMES}), such as "50MB" or "1.5 GiB".`;
  if (value === "") return `The string is empty. ${general}`;
  if (value.length > MAX_LENGTH) return general;
  const meant = suggestion(value);
  return meant === undefined ? general : `Did you mean "${meant}"? ${general}`;
}

const BITS = /^\d+(?:\.\d+)? ?[kmgt]?bits?$/iu;
const LOOSE = /^\s*([\d.,_ ]*\d)?\s*([a-z]*?)(?:\s*\/\s*\w+|ps)?\s*$/iu;

const LONG_NAMES: ReadonlyMap<string, string> = new Map([
  ["byte", "B"],
  ["bytes", "B"],
  ["kilobyte", "kB"],
  ["kilobytes", "kB"],
  ["megabyte", "MB"],
  ["megabytes", "MB"],
  ["gigabyte", "GB"],
  ["gigabytes", "GB"],
  ["terabyte", "TB"],
  ["terabytes", "TB"],
]);

function suggestion(value: string): string | undefined {
  if (BITS.test(value)) return undefined;
  const loose = LOOSE.exec(value);
  const [, written = "", unit = ""] = loose ?? [];
  const digits = plainNumber(written);
  if (digits === undefined) return undefined;
  const known = knownUnit(unit);
  return known === undefined ? undefined : `${digits}${known === "B" ? " " : ""}${known}`;
}

/** "1,000" and "1_000" and "1 000" are 1000; "1,5" is 1.5; "1.000.000" could be anything. */
function plainNumber(written: string): string | undefined {
  const trimmed = written.trim();
  if (/^\d+(?:\.\d+)?$/u.test(trimmed)) return trimmed;
  if (/^\d{1,3}(?:[,_ ]\d{3})+(?:\.\d+)?$/u.test(trimmed)) return trimmed.replaceAll(/[,_ ]/gu, "");
  if (/^\d+,\d+$/u.test(trimmed)) return trimmed.replace(",", ".");
  return undefined;
}

function knownUnit(unit: string): string | undefined {
  const names = UNIT_NAMES.split(", ");
  const same = (name: string): boolean => name.toLowerCase() === unit.toLowerCase();
  if (unit === "") return "B";
  const long = LONG_NAMES.get(unit.toLowerCase());
  if (long !== undefined) return long;
  // "M" and "Mi" are how other tools abbreviate.
  return (
    names.find(same) ?? names.find((name) => name.toLowerCase() === `${unit.toLowerCase()}b`) ?? nearest(unit, names)
  );
}
