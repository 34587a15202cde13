import { MemspecError } from "../errors/memspec-error.js";
import type { LimitsHost } from "./types.js";

/**
 * Tests that run at the same time share an isolate: nothing can be attributed to one of them.
 *
 * @param what the call that measures: "toPeakBelow()"
 * @throws MemspecError `MEMSPEC_CONCURRENT_TEST`
 */
export function checkNotConcurrent(host: LimitsHost, what: string): void {
  const test = host.currentTest();
  if (test?.concurrent !== true) return;
  throw new MemspecError(
    "MEMSPEC_CONCURRENT_TEST",
    `${what} cannot tell the memory of "${test.fullName}" from that of the tests that run at the same time.`,
    { hint: "Take `concurrent` off the test and off the suites around it." },
  );
}
