// One span of a program, recorded: not its start, not its end. `using` closes the file however the block is left.
//   node app.js [file of the capture]
import { track } from "@memspec/core";

const file = process.argv[2] ?? "import.memspec";

interface Customer {
  readonly id: number;
  readonly name: string;
  readonly orders: readonly number[];
}

/** Outside of the span: in no figure of it. */
function warmUp(): readonly Buffer[] {
  return Array.from({ length: 10 }, () => Buffer.alloc(1_000_000));
}

function readCustomers(count: number): readonly Customer[] {
  return Array.from({ length: count }, (_, id) => ({ id, name: `customer ${id}`, orders: [id, id * 2, id * 3] }));
}

function exportCustomers(customers: readonly Customer[]): Buffer {
  return Buffer.from(JSON.stringify(customers));
}

function recordedImport(): number {
  using _span = track({ file });
  return exportCustomers(readCustomers(50_000)).length;
}

const before = warmUp();
const bytes = recordedImport();
const after = warmUp();
console.log(`${bytes} bytes exported, ${before.length + after.length} buffers outside of the span`);
