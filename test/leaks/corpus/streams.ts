import { Console } from "node:console";
import { createHash, type Hash } from "node:crypto";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { finished, PassThrough, Readable, Writable } from "node:stream";
import { createDeflate, type Deflate, deflateSync } from "node:zlib";
import { clean, type LeakCase, leaking } from "./case.js";

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() }).setMaxListeners(0);
}

export const streams: readonly LeakCase[] = [
  leaking(
    "streams in a set that they do not leave",
    {
      space: "heap",
      type: "PassThrough",
      allocatingFunction: "openStream",
      retainingName: "openStreams",
      countPerCall: 1,
    },
    () => {
      const openStreams = new Set<PassThrough>();
      return {
        fn: function openStream() {
          openStreams.add(new PassThrough());
        },
      };
    },
  ),
  clean("streams in a set that they leave when closed", () => {
    const openStreams = new Set<PassThrough>();
    return {
      fn: async function openAndCloseStream() {
        const stream = new PassThrough();
        openStreams.add(stream);
        await new Promise((resolve) => stream.once("close", resolve).destroy());
        openStreams.delete(stream);
      },
    };
  }),

  leaking(
    "finished() on a long-lived stream",
    { space: "heap", type: "closure onFinish", allocatingFunction: "awaitEnd", retainingName: "output" },
    () => {
      const output = nowhere();
      return {
        fn: function awaitEnd() {
          finished(output, function onFinish() {});
        },
        dispose: () => output.destroy(),
      };
    },
    { reason: "type and retaining name are those of the callback; Node's own listeners lead to it" },
  ),
  clean("finished() on a long-lived stream, cleaned up", () => {
    const output = nowhere();
    return {
      fn: function awaitEndShortly() {
        finished(output, function onFinish() {})();
      },
      dispose: () => output.destroy(),
    };
  }),

  leaking(
    "sources that are piped to a long-lived stream and never end",
    { space: "heap", type: "PassThrough", allocatingFunction: "pipeIn", retainingName: "mixer", countPerCall: 1 },
    () => {
      const mixer = nowhere();
      return {
        fn: function pipeIn() {
          new PassThrough().pipe(mixer, { end: false });
        },
        dispose: () => mixer.destroy(),
      };
    },
  ),
  clean("sources that are piped to a long-lived stream and unpiped", () => {
    const mixer = nowhere();
    return {
      fn: function pipeInShortly() {
        const source = new PassThrough();
        source.pipe(mixer, { end: false });
        source.unpipe(mixer);
      },
      dispose: () => mixer.destroy(),
    };
  }),

  leaking(
    "chunks for a stream that nobody reads",
    { space: "heap", type: "Object", allocatingFunction: "push", retainingName: "unread", countPerCall: 1 },
    () => {
      const unread = new PassThrough({ objectMode: true });
      return {
        fn: function push() {
          unread.push({ row: 1 });
        },
        dispose: () => unread.destroy(),
      };
    },
  ),
  clean("chunks for a stream that is read", () => {
    const read = new PassThrough({ objectMode: true }).resume();
    return {
      fn: async function pushAndRead() {
        read.write({ row: 1 });
        await new Promise((resolve) => setImmediate(resolve));
      },
      dispose: () => read.destroy(),
    };
  }),

  leaking(
    "compressors that are never closed",
    {
      space: "buffers",
      type: "ArrayBuffer",
      allocatingFunction: "compressLater",
      retainingName: "compressors",
      minBytesPerCall: 16_384,
    },
    () => {
      const compressors: Deflate[] = [];
      return {
        fn: function compressLater() {
          compressors.push(createDeflate());
        },
        dispose: () => {
          for (const compressor of compressors) compressor.close();
        },
      };
    },
    { slow: true, reason: "each has room for a chunk of what it gives; zlib's own memory comes with the first write" },
  ),
  clean("compressors that are closed", () => ({
    fn: async function compressAndClose() {
      const compressor = createDeflate();
      await new Promise<void>((resolve) => compressor.close(resolve));
    },
  })),

  leaking(
    "compressed buffers, kept",
    { space: "buffers", type: "ArrayBuffer", allocatingFunction: "archive", retainingName: "archived" },
    () => {
      const archived: Buffer[] = [];
      const page = Buffer.alloc(5000, "page");
      return {
        fn: function archive() {
          archived.push(deflateSync(page));
        },
      };
    },
  ),
  clean("compressed buffers, dropped", () => {
    const page = Buffer.alloc(5000, "page");
    return {
      fn: function archiveNothing() {
        return deflateSync(page).length;
      },
    };
  }),

  leaking(
    "hashes that wait for more",
    { space: "heap", type: "Hash", allocatingFunction: "startHash", retainingName: "hashes", countPerCall: 1 },
    () => {
      const hashes: Hash[] = [];
      return {
        fn: function startHash() {
          hashes.push(createHash("sha256").update("part"));
        },
      };
    },
  ),
  clean("hashes that are digested", () => ({
    fn: function hashOnce() {
      return createHash("sha256").update("part").digest("hex");
    },
  })),

  leaking(
    "line readers on a long-lived input, not closed",
    { space: "heap", type: "Interface", allocatingFunction: "readLines", retainingName: "input", countPerCall: 1 },
    () => {
      const input = new PassThrough().setMaxListeners(0);
      return {
        fn: function readLines() {
          createInterface({ input });
        },
        dispose: () => input.destroy(),
      };
    },
  ),
  clean("line readers on a long-lived input, closed", () => {
    const input = new PassThrough().setMaxListeners(0);
    return {
      fn: function readLinesShortly() {
        createInterface({ input }).close();
      },
      dispose: () => input.destroy(),
    };
  }),

  leaking(
    "readers of web streams, kept",
    {
      space: "heap",
      type: "ReadableStream",
      allocatingFunction: "openWebStream",
      retainingName: "bodies",
      countPerCall: 1,
    },
    () => {
      const bodies: ReadableStream[] = [];
      return {
        fn: function openWebStream() {
          bodies.push(new ReadableStream());
        },
      };
    },
  ),
  clean("web streams that are read to their end", () => ({
    fn: async function readWebStream() {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(1);
          controller.close();
        },
      });
      const reader = body.getReader();
      while (!(await reader.read()).done);
    },
  })),
  clean("streams that are iterated to their end", () => ({
    fn: async function iterateStream() {
      let sum = 0;
      for await (const n of Readable.from([1, 2, 3])) sum += n;
      return sum;
    },
  })),

  leaking(
    "labels that a console counts",
    { space: "heap", type: "string", allocatingFunction: "count", retainingName: "quiet" },
    () => {
      const quiet = new Console(nowhere());
      let next = 0;
      return {
        fn: function count() {
          quiet.count(`request ${next++}`);
        },
      };
    },
  ),
  clean("labels that a console counts and resets", () => {
    const quiet = new Console(nowhere());
    let next = 0;
    return {
      fn: function countShortly() {
        const label = `request ${next++}`;
        quiet.count(label);
        quiet.countReset(label);
      },
    };
  }),

  leaking(
    "marks of the performance timeline",
    { space: "heap", type: "PerformanceMark", allocatingFunction: "markStep", retainingName: null, countPerCall: 1 },
    () => ({
      fn: function markStep() {
        performance.mark("memspec corpus step");
      },
      dispose: () => performance.clearMarks("memspec corpus step"),
    }),
  ),
  clean("marks of the performance timeline, cleared", () => ({
    fn: function markStepShortly() {
      performance.mark("memspec corpus short step");
      performance.clearMarks("memspec corpus short step");
    },
  })),
];
