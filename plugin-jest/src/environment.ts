/** `testEnvironment: "@memspec/jest/environment"`: Jest's Node environment with memory. */

import { TestEnvironment } from "jest-environment-node";
import { withMemory } from "./with-memory.js";

export type { EnvironmentClass } from "./with-memory.js";
export { withMemory } from "./with-memory.js";

const MemoryEnvironment: typeof TestEnvironment = withMemory(TestEnvironment);

export default MemoryEnvironment;
