import "@memspec/vitest";
import { expect, test } from "vitest";
import { loadLog } from "../../src/load-log";
import { readAccessLog } from "../access-log";

const file = readAccessLog();

// Broken on purpose: `npm run demo` shows this failure. Entries of a whole log do not fit into 2 MB.
test("a whole log is held within 2 MB (broken on purpose)", () => {
  expect(() => loadLog(file)).toPeakBelow("2 MB");
});
