import type { Entry } from "./entry";

/** A line that is not in the Combined Log Format, with the column at which it stops being so. */
export class LogSyntaxError extends Error {
  override readonly name = "LogSyntaxError";

  /** Counted from 0. */
  readonly column: number;

  constructor(line: string, column: number, expected: string) {
    super(`expected ${expected} at column ${column + 1}: ${line}`);
    this.column = column;
  }
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `host ident user [time] "request" status bytes "referrer" "agent"` */
export function parseLine(line: string): Entry {
  let at = 0;

  const expect = (text: string): void => {
    if (!line.startsWith(text, at)) throw new LogSyntaxError(line, at, JSON.stringify(text));
    at += text.length;
  };
  const until = (end: string): string => {
    const stop = line.indexOf(end, at);
    if (stop < 0) throw new LogSyntaxError(line, at, `something that ends in ${JSON.stringify(end)}`);
    const text = line.slice(at, stop);
    at = stop + end.length;
    return text;
  };
  const quoted = (): string => {
    expect('"');
    let stop = at;
    while (line[stop] !== '"') {
      if (stop >= line.length) throw new LogSyntaxError(line, at, 'something that ends in "\\""');
      stop += line[stop] === "\\" ? 2 : 1;
    }
    const text = line.slice(at, stop);
    at = stop + 1;
    return text.includes("\\") ? text.replaceAll(/\\(.)/g, "$1") : text;
  };
  const number = (text: string, start: number): number => {
    if (!/^\d+$/.test(text)) throw new LogSyntaxError(line, start, "a number");
    return Number(text);
  };

  const address = until(" ");
  until(" ");
  const user = orNull(until(" "));
  expect("[");
  const timeAt = at;
  const timeMs = parseTime(until("] "));
  if (timeMs === undefined) throw new LogSyntaxError(line, timeAt, "a time such as 01/Jun/2024:06:00:00 +0000");
  const [method = "", target = ""] = quoted().split(" ");
  expect(" ");
  const statusAt = at;
  const status = number(until(" "), statusAt);
  const bytesAt = at;
  const bytesText = until(" ");
  const bytes = bytesText === "-" ? 0 : number(bytesText, bytesAt);
  const referrer = orNull(quoted());
  expect(" ");
  const agent = quoted();
  if (at !== line.length) throw new LogSyntaxError(line, at, "the end of the line");
  return { address, user, timeMs, method, target, status, bytes, referrer, agent };
}

function orNull(text: string): string | null {
  return text === "-" ? null : text;
}

/** `01/Jun/2024:06:00:00 +0000` */
function parseTime(text: string): number | undefined {
  const found = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/.exec(text);
  if (found === null) return undefined;
  const [, day, month = "", year, hours, minutes, seconds, sign, zoneHours, zoneMinutes] = found;
  const monthIndex = MONTHS.indexOf(month);
  if (monthIndex < 0) return undefined;
  const local = Date.UTC(Number(year), monthIndex, Number(day), Number(hours), Number(minutes), Number(seconds));
  const zoneMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  return sign === "+" ? local - zoneMs : local + zoneMs;
}
