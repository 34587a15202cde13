/** How far long work has come, on the standard error of a terminal. Short work shows nothing. */

const AFTER_MS = 500;

/** @param what as a verb: "reading app.memspec" */
export async function withProgress<T>(
  what: string,
  work: (onProgress: (share: number) => void) => Promise<T>,
): Promise<T> {
  const stream = process.stderr;
  if (!stream.isTTY) return work(() => {});
  const began = Date.now();
  let shown = false;
  try {
    return await work((share) => {
      if (Date.now() - began < AFTER_MS) return;
      shown = true;
      const text = `${what}  ${Math.floor(share * 100)}%`;
      stream.write(`\r\u001b[K${text.slice(-Math.max(10, stream.columns - 1))}`);
    });
  } finally {
    if (shown) stream.write("\r\u001b[K");
  }
}
