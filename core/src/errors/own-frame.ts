/**
 * The frame of this module as a line of a stack. The same source becomes ESM, which has `import.meta`, and CommonJS, which does
 * not, so its place is read from a stack; but runners read the source maps of all files in a stack that they format, which
 * takes milliseconds, so this one is not formatted.
 */
export function ownFrame(): string {
  const { prepareStackTrace, stackTraceLimit } = Error;
  let script = "";
  Error.stackTraceLimit = 1;
  Error.prepareStackTrace = (_error, [site]) => {
    script = site?.getFileName() ?? "";
  };
  try {
    const { stack } = new Error();
    return stack === undefined ? `    at ${script}:1:1` : stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}
