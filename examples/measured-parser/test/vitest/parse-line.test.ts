import { expect, test } from "vitest";
import { LogSyntaxError, parseLine } from "../../src/parse-line";

const line = '203.0.113.7 - ann [01/Jun/2024:08:00:03 +0200] "GET /a?b=1 HTTP/1.1" 200 26221 "-" "curl/8.6.0 \\"x\\""';

test("reads every field of a line", () => {
  expect(parseLine(line)).toEqual({
    address: "203.0.113.7",
    user: "ann",
    timeMs: Date.UTC(2024, 5, 1, 6, 0, 3),
    method: "GET",
    target: "/a?b=1",
    status: 200,
    bytes: 26221,
    referrer: null,
    agent: 'curl/8.6.0 "x"',
  });
});

test("says where a line goes wrong", () => {
  expect(() => parseLine(line.replace("200 26221", "2x0 26221"))).toThrow(LogSyntaxError);
  expect(() => parseLine(line.replace("200 26221", "2x0 26221"))).toThrow("expected a number at column 70");
});
