import { run } from "./program.js";

// A reader that has seen enough, such as `head`, ends the command in peace.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});
// No `await`: the command is built as CommonJS, which Node has running sooner.
void run(process.argv).then((code) => {
  process.exitCode = code;
});
