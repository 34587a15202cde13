/** Apart from Vitest's: the two runners share the registry of matchers in one process. */

import { expect as jestExpect } from "expect";
import { createMatchers } from "../../../core/src/matchers/create.js";
import { createPending } from "../../../core/src/matchers/pending.js";
import { testHost } from "../limits/host.js";
import { type Expect, holdForgottenAwaits } from "./pending-suite.js";

const host = testHost("jest");
const pending = createPending(host);
jestExpect.extend(createMatchers(host, {}, pending) as never);

holdForgottenAwaits("Jest", jestExpect as unknown as Expect, pending);
