#!/usr/bin/env node
// In the repository, so that npm finds it when it links commands, which is before anything is built.
const { existsSync } = require("node:fs");

const command = require("node:path").join(__dirname, "../dist/cjs/memspec.js");
if (existsSync(command)) require(command);
else {
  process.stderr.write("memspec: this copy is not built yet: npm run build\n");
  process.exitCode = 1;
}
