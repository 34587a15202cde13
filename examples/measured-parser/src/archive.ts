import { gzipSync } from "node:zlib";

/** Packs a log for keeping. Level 9 costs zlib about 268 kB of native memory while it works, whatever the log's size. */
export function archive(file: Buffer): Buffer {
  return gzipSync(file, { level: 9 });
}
