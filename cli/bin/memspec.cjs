#!/usr/bin/env node
// In the repository, so that npm finds it when it links commands, which is before anything is built.
require("../dist/cjs/memspec.js");
