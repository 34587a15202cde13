import { clean, type LeakCase, leaking } from "./case.js";

export const buffers: readonly LeakCase[] = [
  leaking(
    "buffers, kept",
    {
      space: "buffers",
      type: "ArrayBuffer",
      allocatingFunction: "receive",
      retainingName: "received",
      countPerCall: 1,
      minBytesPerCall: 4096,
    },
    () => {
      const received: Buffer[] = [];
      return {
        fn: function receive() {
          received.push(Buffer.alloc(4096));
        },
      };
    },
  ),
  clean("buffers, the last one kept", () => {
    const received: Buffer[] = [];
    return {
      fn: function receiveLast() {
        received[0] = Buffer.alloc(4096);
      },
    };
  }),

  leaking(
    "array buffers of 16 bytes",
    {
      space: "buffers",
      type: "ArrayBuffer",
      allocatingFunction: "addTag",
      retainingName: "tags",
      countPerCall: 1,
      minBytesPerCall: 16,
    },
    () => {
      const tags: ArrayBuffer[] = [];
      return {
        fn: function addTag() {
          tags.push(new ArrayBuffer(16));
        },
      };
    },
  ),
  clean("array buffers of 16 bytes, dropped", () => ({
    fn: function addTagShortly() {
      return new ArrayBuffer(16).byteLength;
    },
  })),

  leaking(
    "small buffers that pin the pool they are cut from",
    {
      space: "buffers",
      type: "ArrayBuffer",
      allocatingFunction: "readHeader",
      retainingName: "headers",
      minBytesPerCall: 1000,
    },
    () => {
      const headers: Buffer[] = [];
      return {
        fn: function readHeader() {
          headers.push(Buffer.from("header"));
          // Takes the rest of the pool: the next header is in another.
          Buffer.allocUnsafe(3000);
        },
      };
    },
  ),
  clean("small buffers that are cut from the pool, as texts", () => {
    let header = "";
    return {
      fn: function readHeaderText() {
        header = Buffer.from("header").toString("latin1");
        Buffer.allocUnsafe(3000);
        return header;
      },
    };
  }),

  leaking(
    "short slices of big buffers",
    {
      space: "buffers",
      type: "ArrayBuffer",
      allocatingFunction: "readPacket",
      retainingName: "payloads",
      countPerCall: 1,
      minBytesPerCall: 65_536,
    },
    () => {
      const payloads: Buffer[] = [];
      return {
        fn: function readPacket() {
          payloads.push(Buffer.alloc(65_536).subarray(10, 20));
        },
      };
    },
  ),
  clean("a copied slice of the last big buffer", () => {
    const payloads: Buffer[] = [];
    return {
      fn: function copyPacket() {
        payloads[0] = Buffer.copyBytesFrom(Buffer.alloc(65_536), 10, 10);
      },
    };
  }),

  leaking(
    "typed arrays on the heap",
    { space: "heap", type: "Float64Array", allocatingFunction: "addVector", retainingName: "vectors", countPerCall: 1 },
    () => {
      const vectors: Float64Array[] = [];
      return {
        fn: function addVector() {
          vectors.push(new Float64Array(3));
        },
      };
    },
  ),
  clean("typed arrays on the heap, dropped", () => ({
    fn: function addVectorShortly() {
      return new Float64Array(3).length;
    },
  })),

  leaking(
    "shared memory, kept",
    {
      space: "buffers",
      type: "SharedArrayBuffer",
      allocatingFunction: "share",
      retainingName: "shared",
      countPerCall: 1,
    },
    () => {
      const shared: SharedArrayBuffer[] = [];
      return {
        fn: function share() {
          shared.push(new SharedArrayBuffer(1024));
        },
      };
    },
  ),
  clean("shared memory, dropped", () => ({
    fn: function shareShortly() {
      return new SharedArrayBuffer(1024).byteLength;
    },
  })),

  leaking(
    "one buffer that is resized and resized",
    { space: "buffers", type: null, allocatingFunction: "growLog", retainingName: "journal", minBytesPerCall: 4096 },
    () => {
      const journal = new ArrayBuffer(4096, { maxByteLength: 2 ** 30 });
      return {
        fn: function growLog() {
          journal.resize(journal.byteLength + 4096);
        },
      };
    },
  ),
  clean("one buffer that is resized up and down", () => {
    const journal = new ArrayBuffer(4096, { maxByteLength: 2 ** 30 });
    return {
      fn: function growAndShrink() {
        journal.resize(65_536);
        journal.resize(4096);
      },
    };
  }),

  leaking(
    "one buffer that is joined with the next",
    {
      space: "buffers",
      type: "ArrayBuffer",
      allocatingFunction: "join",
      retainingName: "joined",
      minBytesPerCall: 512,
    },
    () => {
      let joined = Buffer.alloc(0);
      const chunk = Buffer.alloc(512);
      return {
        fn: function join() {
          joined = Buffer.concat([joined, chunk]);
        },
      };
    },
    { reason: "each time a longer one: their number does not grow, their bytes do" },
  ),
  clean("one buffer that is joined with the next and written out", () => {
    let joined = Buffer.alloc(0);
    const chunk = Buffer.alloc(512);
    return {
      fn: function joinAndWrite() {
        joined = Buffer.concat([joined, chunk]);
        if (joined.length >= 2048) joined = Buffer.alloc(0);
      },
    };
  }),

  leaking(
    "blobs, kept",
    { space: "heap", type: "Blob", allocatingFunction: "upload", retainingName: "uploads", countPerCall: 1 },
    () => {
      const uploads: Blob[] = [];
      return {
        fn: function upload() {
          uploads.push(new Blob(["content"]));
        },
      };
    },
  ),
  clean("blobs, read and dropped", () => ({
    fn: async function uploadShortly() {
      return (await new Blob(["content"]).text()).length;
    },
  })),

  leaking(
    "buffers that were transferred, kept",
    { space: "buffers", type: "ArrayBuffer", allocatingFunction: "take", retainingName: "taken", countPerCall: 1 },
    () => {
      const taken: ArrayBuffer[] = [];
      return {
        fn: function take() {
          const buffer = new ArrayBuffer(2048);
          taken.push(structuredClone(buffer, { transfer: [buffer] }));
        },
      };
    },
  ),
  clean("buffers that were transferred away, kept without their bytes", () => {
    const taken: ArrayBuffer[] = [];
    return {
      fn: function giveAway() {
        const buffer = new ArrayBuffer(2048);
        taken[0] = buffer;
        return structuredClone(buffer, { transfer: [buffer] }).byteLength;
      },
    };
  }),
];
