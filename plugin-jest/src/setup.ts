/** `setupFilesAfterEnv: ["@memspec/jest/setup"]`: the matchers, in whatever environment the test file runs. */

import "./matchers.js";

import { findBridge } from "./bridge.js";
import { addMatchers, refuseDocblockLimit } from "./standalone.js";

if (findBridge() === undefined) {
  refuseDocblockLimit();
  addMatchers();
}
