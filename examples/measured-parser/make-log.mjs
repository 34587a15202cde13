// Writes data/access.log: 9,000 requests in the Combined Log Format, about 1.5 MB, the same bytes on every machine.
import { mkdirSync, writeFileSync } from "node:fs";

const LINES = 9_000;
const PATHS = [
  "/",
  "/index.html",
  "/api/items",
  "/api/items/",
  "/search?q=",
  "/assets/app.js",
  "/assets/app.css",
  "/img/",
  "/login",
];
const AGENTS = [
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
  "curl/8.6.0",
  "ExampleBot/2.1 (+https://example.org/bot)",
];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Park and Miller's generator: small, and the same everywhere. */
let state = 20_240_601;
function below(limit) {
  state = (state * 48_271) % 2_147_483_647;
  return state % limit;
}
const oneOf = (list) => list[below(list.length)];

let time = Date.UTC(2024, 5, 1, 6, 0, 0);
const two = (number) => String(number).padStart(2, "0");
function stamp() {
  const date = new Date(time);
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}

let log = "";
for (let line = 0; line < LINES; line++) {
  time += below(4_000);
  const address = `203.0.113.${below(254) + 1}`;
  const path = oneOf(PATHS);
  const target =
    path.endsWith("/") && path !== "/"
      ? `${path}${below(5_000)}`
      : path.endsWith("=")
        ? `${path}term${below(300)}`
        : path;
  const method = path === "/login" ? "POST" : "GET";
  const status = below(40) === 0 ? 500 : below(15) === 0 ? 404 : below(10) === 0 ? 304 : 200;
  const bytes = status === 304 ? "-" : String(200 + below(60_000));
  const referrer = below(3) === 0 ? "-" : `https://example.org${oneOf(PATHS)}`;
  log += `${address} - - [${stamp()}] "${method} ${target} HTTP/1.1" ${status} ${bytes} "${referrer}" "${oneOf(AGENTS)}"\n`;
}

mkdirSync(new URL("data/", import.meta.url), { recursive: true });
writeFileSync(new URL("data/access.log", import.meta.url), log);
console.log(`data/access.log: ${LINES} requests, ${log.length} B`);
