#!/usr/bin/env node
import { run } from "./program.js";

// A reader that has seen enough, such as `head`, ends the command in peace.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});
process.exitCode = await run(process.argv);
