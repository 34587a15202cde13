import "@memspec/vitest";
import { expect, test } from "vitest";
import { parseLine } from "../../src/parse-line";
import { remember } from "../../src/visitors";

const line = '192.0.2.7 - - [10/Oct/2026:13:55:36 +0000] "GET /index.html HTTP/1.1" 200 2326 "-" "curl/8.5.0"';

// Broken on purpose: `npm run demo` shows this failure. A list that lives as long as its module only grows.
test("visitors are forgotten (broken on purpose)", async () => {
  await expect(() => remember(parseLine(line))).toNotLeak();
});
