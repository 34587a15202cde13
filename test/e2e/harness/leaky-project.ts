/** A program with leaks of every kind, and one that looks like it and has none: for the leak gate in both runners. */

/** CommonJS, for both runners. Each leak is at a line of its own. */
export const LEAKY = `
const { createGunzip } = require("node:zlib");
class Session { constructor(name) { this.name = name; this.log = [name]; } }
const sessions = [];
exports.open = function open(name) { const session = new Session(name); sessions.push(session); return session; };
exports.listen = function listen() { process.on("SIGUSR2", function onSignal() { return sessions.length; }); };
exports.poll = function poll() { setInterval(function check() {}, 60_000).unref(); };
const pages = new Map();
exports.page = function page() { pages.set(pages.size, Buffer.alloc(50_000)); };
const streams = new Set();
exports.inflate = function inflate() { const stream = createGunzip(); streams.add(stream); stream.write(Buffer.from([31, 139])); };
`;

/** The same interface; what is taken is given back, or bounded, or made once. */
export const CLEAN = `
const { createGunzip } = require("node:zlib");
class Session { constructor(name) { this.name = name; this.log = [name]; } close() { sessions.delete(this); } }
const sessions = new Set();
exports.open = function open(name) { const session = new Session(name); sessions.add(session); session.close(); return session; };
exports.listen = function listen() { const onSignal = () => sessions.size; process.on("SIGUSR2", onSignal); process.off("SIGUSR2", onSignal); };
exports.poll = function poll() { clearInterval(setInterval(() => {}, 60_000)); };
const last = { page: null };
exports.page = function page() { last.page = Buffer.alloc(50_000); };
let table;
exports.inflate = function inflate() {
  table ??= Array.from({ length: 100 }, (_, index) => ({ index }));
  const stream = createGunzip();
  stream.write(Buffer.from([31, 139]));
  return new Promise((closed) => stream.close(closed));
};
`;

/**
 * Tests of such a module: each calls everything, keeps things in the test file's own scope, and has hooks that do.
 *
 * @param name of the module, as it is imported
 * @param head how the runner's functions and the module's come in
 */
export function suiteOf(head: string, more = ""): string {
  return `${head}
const own = [];
describe("a suite", () => {
  const inBlock = [];
  let fixture;
  beforeEach(() => { fixture = { rows: Array.from({ length: 50 }, (_, row) => ({ row })) }; inBlock.push(fixture); });
  afterEach(() => { own.push({ done: true }); });
  for (let number = 0; number < 5; number += 1) {
    test("number " + number, async () => {
      own.push(open("session " + number).name);
      listen();
      poll();
      page();
      await inflate();
      expect(fixture.rows).toHaveLength(50);
    });
  }
});
${more}`;
}
