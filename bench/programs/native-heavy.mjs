// zlib and crypto: most of the memory is native or in buffers. About a million allocations in a second of processor time, and
// 7 GB in them, mostly of streams that live for one kilobyte of data: more than programs do that keep their streams.
import { createCipheriv, createHash, randomBytes, scryptSync } from "node:crypto";
import { brotliCompressSync, constants, deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";

const text = Buffer.from(
  Array.from({ length: 6_000 }, (_, line) => `line ${line} of some text, ${line * 7919}\n`).join(""),
);
const key = Buffer.alloc(32, 7);

export function work() {
  let bytes = 0;
  for (let round = 0; round < 40; round++) {
    bytes += gunzipSync(gzipSync(text, { level: 6 })).length;
    for (let at = 0; at < text.length; at += 1024)
      bytes += inflateSync(deflateSync(text.subarray(at, at + 1024), { level: 1 })).length;
    bytes += brotliCompressSync(text.subarray(0, 20_000), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).length;
    for (let at = 0; at < 600; at++)
      bytes += createHash("sha256")
        .update(text.subarray(at, at + 500))
        .digest().length;
    const cipher = createCipheriv("aes-256-cbc", key, randomBytes(16));
    bytes += Buffer.concat([cipher.update(text), cipher.final()]).length;
    bytes += scryptSync("password", "salt", 32, { N: 1024 }).length;
  }
  return bytes;
}
