/** `setupFilesAfterEnv: ["@memspec/jest/setup"]`: the matchers, in whatever environment the test file runs. */

import "./matchers.js";

import { findBridge } from "./bridge.js";
import { standalone } from "./standalone.js";

if (findBridge() === undefined) standalone();
