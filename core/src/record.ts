/** What `node --require` loads to record a program: see `docs/capture-format.md` for what it writes. */

import { recordFromEnvironment } from "./capture-files/recording/preload.js";

recordFromEnvironment();
