import { clean, type LeakCase, leaking } from "./case.js";

/** What a container grows by is a larger table in the place of the smaller one: nothing new stays behind. */
const GROWN = { space: "heap", type: null } as const;

export const collections: readonly LeakCase[] = [
  leaking(
    "a Map of numbers that grows",
    { ...GROWN, allocatingFunction: "countUser", retainingName: "visits", minBytesPerCall: 16 },
    () => {
      const visits = new Map<number, number>();
      let user = 0;
      return {
        fn: function countUser() {
          visits.set(user++, 1);
        },
      };
    },
  ),
  clean("a Map of numbers with the same few keys", () => {
    const visits = new Map<number, number>();
    let user = 0;
    return {
      fn: function countUserAgain() {
        const key = user++ % 10;
        visits.set(key, (visits.get(key) ?? 0) + 1);
      },
    };
  }),

  leaking(
    "a Set of numbers that grows",
    { ...GROWN, allocatingFunction: "see", retainingName: "seenIds", minBytesPerCall: 8 },
    () => {
      const seenIds = new Set<number>();
      let id = 0;
      return {
        fn: function see() {
          seenIds.add(id++);
        },
      };
    },
  ),
  clean("a Set of numbers, each deleted again", () => {
    const seenIds = new Set<number>();
    let id = 0;
    return {
      fn: function seeShortly() {
        seenIds.add(id);
        seenIds.delete(id++);
      },
    };
  }),

  leaking(
    "an array of small integers that grows",
    { ...GROWN, allocatingFunction: "logId", retainingName: "ids", minBytesPerCall: 8 },
    () => {
      const ids: number[] = [];
      return {
        fn: function logId() {
          ids.push(7);
        },
      };
    },
  ),
  clean("an array of small integers, a ring of 32", () => {
    const ids: number[] = [];
    let next = 0;
    return {
      fn: function logIdInRing() {
        ids[next++ % 32] = 7;
      },
    };
  }),

  leaking(
    "an array of fractions that grows",
    { ...GROWN, allocatingFunction: "logTime", retainingName: "times", minBytesPerCall: 8 },
    () => {
      const times: number[] = [];
      return {
        fn: function logTime() {
          times.push(0.5);
        },
      };
    },
  ),
  clean("an array of fractions that is emptied when it has 16", () => {
    const times: number[] = [];
    return {
      fn: function logTimeShortly() {
        times.push(0.5);
        if (times.length >= 16) times.length = 0;
      },
    };
  }),

  leaking(
    "a Map of texts to objects that grows",
    { space: "heap", type: "Object", allocatingFunction: "store", retainingName: "byName", countPerCall: 1 },
    () => {
      const byName = new Map<string, { readonly id: number }>();
      let id = 0;
      return {
        fn: function store() {
          byName.set(`name ${id}`, { id });
          id++;
        },
      };
    },
  ),
  clean("a Map of texts to objects, deleted in the next call", () => {
    const byName = new Map<string, { readonly id: number }>();
    let id = 0;
    return {
      fn: function storeShortly() {
        byName.delete(`name ${id - 1}`);
        byName.set(`name ${id}`, { id });
        id++;
      },
    };
  }),

  leaking(
    "an object with a new property for each call",
    { space: "heap", type: "string", allocatingFunction: "setFlag", retainingName: "flags", countPerCall: 1 },
    () => {
      const flags: Record<string, boolean> = {};
      let next = 0;
      return {
        fn: function setFlag() {
          flags[`flag ${next++}`] = true;
        },
      };
    },
  ),
  clean("an object whose property is deleted again", () => {
    const flags: Record<string, boolean> = {};
    let next = 0;
    return {
      fn: function setFlagShortly() {
        const name = `flag ${next++}`;
        flags[name] = true;
        delete flags[name];
      },
    };
  }),

  leaking(
    "an array with far apart elements",
    { ...GROWN, allocatingFunction: "setFar", retainingName: "sparse", minBytesPerCall: 8 },
    () => {
      const sparse: number[] = [];
      let next = 0;
      return {
        fn: function setFar() {
          sparse[next++ * 1000] = 1;
        },
      };
    },
  ),
  clean("an array with far apart elements, deleted again", () => {
    const sparse: number[] = [];
    let next = 0;
    return {
      fn: function setFarShortly() {
        const index = (next++ % 100) * 1000;
        sparse[index] = 1;
        delete sparse[index];
        sparse.length = 0;
      },
    };
  }),

  leaking(
    "a queue that is written faster than it is read",
    { space: "heap", type: "Job", allocatingFunction: "enqueueTwo", retainingName: "queue", countPerCall: 1 },
    () => {
      class Job {
        readonly at = 1;
      }
      const queue: Job[] = [];
      return {
        fn: function enqueueTwo() {
          queue.push(new Job(), new Job());
          return queue.shift()?.at;
        },
      };
    },
  ),
  clean("a queue that is read as fast as it is written", () => {
    class Job {
      readonly at = 1;
    }
    const queue: Job[] = [];
    return {
      fn: function enqueueAndRun() {
        queue.push(new Job(), new Job());
        return [queue.shift()?.at, queue.shift()?.at];
      },
    };
  }),

  leaking(
    "a Map of Sets whose empty sets stay",
    { space: "heap", type: "Set", allocatingFunction: "join", retainingName: "rooms", countPerCall: 1 },
    () => {
      const rooms = new Map<string, Set<number>>();
      let room = 0;
      return {
        fn: function join() {
          const members = new Set<number>();
          rooms.set(`room ${room++}`, members);
          members.add(1);
          members.delete(1);
        },
      };
    },
  ),
  clean("a Map of Sets whose empty sets go", () => {
    const rooms = new Map<string, Set<number>>();
    let room = 0;
    return {
      fn: function joinAndLeave() {
        const name = `room ${room++}`;
        const members = new Set<number>();
        rooms.set(name, members);
        members.add(1);
        members.delete(1);
        if (members.size === 0) rooms.delete(name);
      },
    };
  }),

  leaking(
    "a Map whose keys are objects of each call",
    { space: "heap", type: "Object", allocatingFunction: "attach", retainingName: "attached", countPerCall: 1 },
    () => {
      const attached = new Map<object, string>();
      return {
        fn: function attach() {
          attached.set({ request: 1 }, "attached");
        },
      };
    },
  ),
  clean("a Map that is cleared after many entries", () => {
    const attached = new Map<object, string>();
    return {
      fn: function attachMany() {
        for (let i = 0; i < 50; i++) attached.set({ request: i }, "attached");
        attached.clear();
      },
    };
  }),

  leaking(
    "arrays of arrays, one row a call",
    { space: "heap", type: "Array", allocatingFunction: "addRow", retainingName: "table", countPerCall: 1 },
    () => {
      const table: number[][] = [];
      return {
        fn: function addRow() {
          table.push([1, 2, 3]);
        },
      };
    },
  ),
  clean("arrays of arrays, built and flattened", () => ({
    fn: function buildTable() {
      const table: number[][] = [];
      for (let i = 0; i < 100; i++) table.push([i, 2, 3]);
      return table.flat().length;
    },
  })),
];
