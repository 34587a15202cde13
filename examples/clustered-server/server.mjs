// An HTTP server in several processes, on loopback. The primary process asks a bounded number of times, then all end by themselves.
//   node server.mjs [workers] [requests]
import cluster from "node:cluster";
import { once } from "node:events";
import { createServer, get } from "node:http";

const workers = Number(process.argv[2] ?? 3);
const requests = Number(process.argv[3] ?? 60);

if (cluster.isPrimary) await askWorkers();
else serve();

async function askWorkers() {
  const started = Array.from({ length: workers }, () => cluster.fork());
  const ports = await Promise.all(started.map(async (worker) => (await once(worker, "message"))[0]));
  let bytes = 0;
  for (let request = 0; request < requests; request++) bytes += await fetchReport(ports[request % workers], request);
  const ended = started.map((worker) => once(worker, "exit"));
  for (const worker of started) worker.send("stop");
  await Promise.all(ended);
  console.log(`${requests} requests to ${workers} workers: ${bytes} bytes`);
}

/** Bytes of the answer. */
function fetchReport(port, id) {
  return new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, path: `/report/${id}`, agent: false }, (response) => {
      let bytes = 0;
      response.on("data", (chunk) => {
        bytes += chunk.length;
      });
      response.on("end", () => resolve(bytes));
    });
    request.on("error", reject);
  });
}

/** Each on a port of its own: which worker answers is not left to chance. */
function serve() {
  const reports = new Map();
  const server = createServer(({ url }, response) => response.end(answer(url, reports)));
  server.listen({ port: 0, host: "127.0.0.1", exclusive: true }, () => process.send(server.address().port));
  process.on("message", () => {
    server.close();
    process.disconnect();
  });
}

/** The first line; the whole report stays where nobody clears it away. */
function answer(url, reports) {
  const report = reports.get(url) ?? makeReport(url);
  reports.set(url, report);
  return report.subarray(0, report.indexOf("\n") + 1);
}

function makeReport(url) {
  return Buffer.alloc(200_000, `report ${url}\n`);
}
