// One span of a program, recorded: neither its start nor its end.
//   node app.mjs [file of the capture]
import { formatSize, track } from "@memspec/core";

const file = process.argv[2] ?? "import.memspec";

/** Outside of the span: in no figure of it. */
function warmUp() {
  return Array.from({ length: 10 }, () => Buffer.alloc(1_000_000));
}

function readCustomers(count) {
  return Array.from({ length: count }, (_, id) => ({ id, name: `customer ${id}`, orders: [id, id * 2, id * 3] }));
}

function exportCustomers(customers) {
  return Buffer.from(JSON.stringify(customers));
}

function recordedImport() {
  // From Node 24 on, and in TypeScript: using span = track({ … }), and no try.
  const span = track({ file, overwrite: true });
  try {
    return { bytes: exportCustomers(readCustomers(50_000)).length, peakBytes: span.stop().total.peakBytes };
  } finally {
    span.stop();
  }
}

const before = warmUp();
const { bytes, peakBytes } = recordedImport();
const after = warmUp();
console.log(
  `${bytes} bytes exported with a peak of ${formatSize(peakBytes)}, ${before.length + after.length} buffers outside of the span`,
);
