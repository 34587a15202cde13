import { expect, test } from "vitest";
import { type Attempt, decidingAttempts } from "../../../core/src/observe/attempts.js";

const attempt = (body: number | null, more: Partial<Attempt> = {}): Attempt => ({
  test: "a",
  repeat: 0,
  body,
  timedOut: false,
  over: false,
  ...more,
});
const peaks = [100, 900, 300, 200];
const bodyOf = (attempts: readonly Attempt[]): number | null | undefined =>
  decidingAttempts(attempts, (body) => peaks[body] ?? 0).get("a")?.body;

test("of retries the last counts, whatever it used", () => {
  expect(bodyOf([attempt(0), attempt(1), attempt(2)])).toBe(2);
});

test("of repeats the one with the highest peak counts", () => {
  expect(bodyOf([attempt(0), attempt(1, { repeat: 1 }), attempt(2, { repeat: 2 })])).toBe(1);
});

test("a repeat that was retried counts with its last run", () => {
  expect(bodyOf([attempt(0), attempt(1, { repeat: 1 }), attempt(3, { repeat: 1 })])).toBe(3);
});

test("one repeat that timed out, or ran beside others, makes the figures unknown", () => {
  const late = attempt(0, { repeat: 1, timedOut: true });
  expect(decidingAttempts([attempt(1), late], (body) => peaks[body] ?? 0).get("a")).toBe(late);
  expect(bodyOf([attempt(1), attempt(null, { repeat: 1 })])).toBeNull();
});

test("a retry that ended in time makes up for one that did not", () => {
  expect(bodyOf([attempt(0, { timedOut: true }), attempt(2)])).toBe(2);
});
