/** The mixin that gives memory to any environment of Jest. */

import type { EnvironmentContext, JestEnvironment, JestEnvironmentConfig } from "@jest/environment";
import {
  createLimitMemory,
  createMatchers,
  createPending,
  isMemspecError,
  limitsFor,
  type MemspecOptions,
} from "@memspec/core/adapter";
import { dressBodies } from "./bodies.js";
import { installBridge } from "./bridge.js";
import type { CircusEvent, CircusState, TestEntry } from "./circus.js";
import { docblockLimits } from "./docblock.js";
import { splitOptions } from "./options.js";
import { Session } from "./session.js";
import { failTest, pointAtTest } from "./test-error.js";
