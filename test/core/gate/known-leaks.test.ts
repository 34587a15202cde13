import { describe, expect, test } from "vitest";
import { dayOf, knowledgeOf, parseKnownLeaks } from "../../../core/src/gate/known-leaks.js";

const entry = { signature: "Session:0123456789ab", reason: "issue 12", until: "2030-01-31" };
const on = (day: string, ...entries: (typeof entry | Omit<typeof entry, "until">)[]) =>
  knowledgeOf(entry.signature, entries, day);

describe("until", () => {
  test("is the last day on which a leak does not count", () => {
    expect(on("2030-01-30", entry).known).toBe("yes");
    expect(on("2030-01-31", entry)).toEqual({ known: "yes", reason: "known until 2030-01-31: issue 12" });
    expect(on("2030-02-01", entry)).toEqual({ known: "until a past day", reason: "issue 12", until: "2030-01-31" });
  });

  test("may be left out: then the leak never counts", () => {
    const { until: _, ...always } = entry;
    expect(on("9999-12-31", always)).toEqual({ known: "yes", reason: "known: issue 12" });
  });

  test("is a day in UTC", () => {
    expect(dayOf(Date.parse("2030-01-31T23:59:59.999Z"))).toBe("2030-01-31");
    expect(dayOf(Date.parse("2030-01-31T23:59:59.999-01:00"))).toBe("2030-02-01");
  });

  test("of two entries for one leak, the later day holds", () => {
    const later = { ...entry, until: "2030-03-01" };
    expect(on("2030-02-01", entry, later).known).toBe("yes");
    expect(on("2030-04-01", later, entry)).toMatchObject({ until: "2030-03-01" });
  });
});

test("another signature is not known", () => {
  expect(knowledgeOf("Session:ffffffffffff", [entry], "2000-01-01")).toEqual({ known: "no" });
});

describe("what is no entry is an error", () => {
  const problem = (value: unknown): string => {
    try {
      parseKnownLeaks(value, "memspec");
    } catch (error) {
      return `${(error as { code: string }).code} ${(error as Error).message.split("\n").slice(0, 2).join(" ")}`;
    }
    return "fine";
  };

  test.each([
    ["a day that is none", { ...entry, until: "2030-02-30" }, '"2030-02-30" is no valid "knownLeaks.until"'],
    ["another format", { ...entry, until: "31.01.2030" }, 'no valid "knownLeaks.until"'],
    ["a time", { ...entry, until: "2030-01-31T00:00:00Z" }, 'no valid "knownLeaks.until"'],
    ["a Date", { ...entry, until: new Date() }, 'no valid "knownLeaks.until"'],
    ["no reason", { signature: entry.signature }, 'undefined is no valid "knownLeaks.reason"'],
    ["an empty reason", { ...entry, reason: " " }, 'no valid "knownLeaks.reason"'],
    ["no signature", { reason: "x" }, 'no valid "knownLeaks.signature"'],
    ["a text", "Session", '"Session" is no valid "knownLeaks"'],
  ])("%s", (_, value, text) => {
    expect(problem([value])).toContain("MEMSPEC_INVALID_OPTION");
    expect(problem([value])).toContain(text);
  });

  test("a misspelt key, with the one that was meant", () => {
    expect(problem([{ ...entry, untill: "2030-01-31" }])).toBe(
      'MEMSPEC_UNKNOWN_OPTION memspec, knownLeaks: there is no option "untill". Did you mean "until"?',
    );
  });

  test("but a list of entries, one alone, and none are fine", () => {
    expect([[entry, entry], entry, [], undefined].map(problem)).toEqual(["fine", "fine", "fine", "fine"]);
  });
});
