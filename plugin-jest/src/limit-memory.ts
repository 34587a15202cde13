/** `limitMemory` as test files import it. */

import type { LimitMemory, MemoryLimit } from "@memspec/core/adapter";
import { findBridge } from "./bridge.js";
import { judged } from "./done.js";
import { standalone } from "./standalone.js";
