// One span of a program, recorded: neither its start nor its end.
//   node app.mjs [file of the capture]
import { startRecording } from "@memspec/core/captures";

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
  const recording = startRecording({ file, overwrite: true });
  try {
    return exportCustomers(readCustomers(50_000)).length;
  } finally {
    recording.stop();
  }
}

const before = warmUp();
const bytes = recordedImport();
const after = warmUp();
console.log(`${bytes} bytes exported, ${before.length + after.length} buffers outside of the span`);
