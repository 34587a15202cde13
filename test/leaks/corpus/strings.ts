import { clean, type LeakCase, leaking } from "./case.js";

/** A text that no other string shares its characters with. */
function pageOf(number: number): string {
  return Buffer.alloc(20_000, `page ${number} `).toString("latin1");
}

export const strings: readonly LeakCase[] = [
  leaking(
    "flat strings, kept",
    { space: "heap", type: "string", allocatingFunction: "addLine", retainingName: "lines", countPerCall: 1 },
    () => {
      const lines: string[] = [];
      let next = 0;
      return {
        fn: function addLine() {
          lines.push(Buffer.from(`line ${next++}: nothing to report`).toString("latin1"));
        },
      };
    },
  ),
  clean("flat strings, the last one kept", () => {
    const lines: string[] = [];
    let next = 0;
    return {
      fn: function replaceLine() {
        lines[0] = Buffer.from(`line ${next++ % 1000}: nothing to report`).toString("latin1");
      },
    };
  }),

  leaking(
    "one string that gets longer",
    { space: "heap", type: "string", allocatingFunction: "append", retainingName: "log", minBytesPerCall: 20 },
    () => {
      let log = "";
      return {
        fn: function append() {
          log += "nothing to report this time\n";
          return log.length;
        },
      };
    },
  ),
  clean("one string that gets longer and is cut", () => {
    let log = "";
    return {
      fn: function appendAndCut() {
        log += "nothing to report this time\n";
        if (log.length > 500) log = "";
      },
    };
  }),

  leaking(
    "short slices of long strings",
    {
      space: "heap",
      type: "string",
      allocatingFunction: "keepTitle",
      retainingName: "titles",
      minBytesPerCall: 20_000,
    },
    () => {
      const titles: string[] = [];
      let next = 0;
      return {
        fn: function keepTitle() {
          titles.push(pageOf(next++).slice(0, 30));
        },
      };
    },
  ),
  clean("a short slice of the last long string", () => {
    const titles: string[] = [];
    let next = 0;
    return {
      fn: function keepLastTitle() {
        titles[0] = pageOf(next++ % 1000).slice(0, 30);
      },
    };
  }),

  leaking(
    "strings of two-byte characters, kept",
    { space: "heap", type: "string", allocatingFunction: "greet", retainingName: "greetings", countPerCall: 1 },
    () => {
      const greetings: string[] = [];
      let next = 0;
      return {
        fn: function greet() {
          greetings.push(Buffer.from(`привет ${next++}`).toString("utf8"));
        },
      };
    },
  ),
  clean("strings of two-byte characters, measured and dropped", () => {
    let next = 0;
    return {
      fn: function greetShortly() {
        return Buffer.from(`привет ${next++}`).toString("utf8").length;
      },
    };
  }),

  leaking(
    "words of a text that was split",
    { space: "heap", type: "string", allocatingFunction: "splitWords", retainingName: "words" },
    () => {
      const words: string[] = [];
      let next = 0;
      return {
        fn: function splitWords() {
          words.push(...`alpha${next} beta${next} gamma${next++}`.split(" "));
        },
      };
    },
  ),
  clean("words of a text that was split, counted and dropped", () => {
    let next = 0;
    let words = 0;
    return {
      fn: function countWords() {
        words += `alpha${next} beta${next} gamma${next++}`.split(" ").length;
        return words;
      },
    };
  }),

  leaking(
    "texts of JSON, kept",
    { space: "heap", type: "string", allocatingFunction: "serialize", retainingName: "outbox", countPerCall: 1 },
    () => {
      const outbox: string[] = [];
      let next = 0;
      return {
        fn: function serialize() {
          outbox.push(JSON.stringify({ id: next++, text: "hello" }));
        },
      };
    },
  ),
  clean("texts of JSON, parsed and dropped", () => {
    let next = 0;
    return {
      fn: function serializeAndParse() {
        return JSON.parse(JSON.stringify({ id: next++, text: "hello" }));
      },
    };
  }),

  leaking(
    "long texts outside the heap, kept",
    {
      space: "native",
      type: "string",
      allocatingFunction: "readPage",
      retainingName: "pages",
      countPerCall: 1,
      minBytesPerCall: 1_100_000,
    },
    () => {
      const pages: string[] = [];
      const bytes = Buffer.alloc(1_100_000, "a");
      return {
        fn: function readPage() {
          pages.push(bytes.toString("latin1"));
        },
      };
    },
    { slow: true, reason: "Node keeps the characters of a text of more than 1 MB outside the heap" },
  ),
  clean(
    "long texts outside the heap, dropped",
    () => {
      const bytes = Buffer.alloc(1_100_000, "a");
      return {
        fn: function readPageShortly() {
          return bytes.toString("latin1").length;
        },
      };
    },
    { slow: true },
  ),
];
