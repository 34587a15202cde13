import { clean, type LeakCase, leaking } from "./case.js";

/** More than any check calls: the list itself does not grow. */
const SLOTS = 50_000;

class Empty {}

class Session {
  readonly user: string;
  readonly startedAt: number;
  constructor(user: string) {
    this.user = user;
    this.startedAt = user.length;
  }
}

/** Module state, as programs have it. */
const sessions: Session[] = [];

class Registry {
  readonly name = "registry";
  static readonly entries: Session[] = [];
  static last: Session | undefined;
}

class Account {
  readonly #history: Session[] = [];
  #latest: Session | undefined;
  record(session: Session): void {
    this.#history.push(session);
  }
  replace(session: Session): Session | undefined {
    const before = this.#latest;
    this.#latest = session;
    return before;
  }
}

interface Link {
  readonly before: Link | undefined;
}

interface Branch {
  parent: Branch | undefined;
  readonly children: Branch[];
}

export const objects: readonly LeakCase[] = [
  leaking(
    "one 24-byte object per call",
    { space: "heap", type: "Empty", allocatingFunction: "addEmpty", retainingName: "slots", countPerCall: 1 },
    () => {
      const slots: unknown[] = new Array(SLOTS).fill(null);
      let next = 0;
      return {
        fn: function addEmpty() {
          slots[next++] = new Empty();
        },
      };
    },
  ),
  clean("one 24-byte object per call, always in the same slot", () => {
    const slots: unknown[] = new Array(SLOTS).fill(null);
    return {
      fn: function replaceEmpty() {
        slots[0] = new Empty();
      },
    };
  }),

  leaking(
    "a number of 16 bytes in an array's element",
    {
      space: "heap",
      type: "number",
      allocatingFunction: "addReading",
      retainingName: "readings",
      countPerCall: 1,
      minBytesPerCall: 16,
    },
    () => {
      // Of mixed elements: a number that is no small integer is an object of its own.
      const readings: unknown[] = new Array(SLOTS).fill(null);
      let next = 0;
      return {
        fn: function addReading() {
          readings[next] = next + 0.5;
          next++;
        },
      };
    },
  ),
  clean("a number of 16 bytes in an array's element, always the same one", () => {
    const readings: unknown[] = new Array(SLOTS).fill(null);
    let next = 0;
    return {
      fn: function replaceReading() {
        readings[0] = next + 0.5;
        next = (next + 1) % 1000;
      },
    };
  }),

  leaking(
    "a number of 16 bytes in an object's field",
    {
      space: "heap",
      type: "number",
      allocatingFunction: "fillCell",
      retainingName: "value",
      countPerCall: 1,
      minBytesPerCall: 16,
    },
    () => {
      const cells = Array.from({ length: SLOTS }, () => ({ value: null as number | null }));
      let next = 0;
      return {
        fn: function fillCell() {
          const cell = cells[next % cells.length];
          if (cell !== undefined) cell.value = next + 0.25;
          next++;
        },
      };
    },
  ),
  clean("a number of 16 bytes in an object's field, always the same one", () => {
    const cell = { value: null as number | null };
    let next = 0;
    return {
      fn: function refillCell() {
        cell.value = next + 0.25;
        next = (next + 1) % 1000;
      },
    };
  }),

  leaking(
    "one object in every third call",
    { space: "heap", type: "Session", allocatingFunction: "openThird", retainingName: "opened" },
    () => {
      const opened: Session[] = [];
      let calls = 0;
      return {
        fn: function openThird() {
          const session = new Session("ada");
          if (++calls % 3 === 0) opened.push(session);
        },
      };
    },
  ),
  clean("one object in every third call, and the one before it goes", () => {
    const opened: Session[] = [];
    let calls = 0;
    return {
      fn: function reopenThird() {
        const session = new Session("ada");
        if (++calls % 3 === 0) opened[0] = session;
      },
    };
  }),

  leaking(
    "one object in every seventh call",
    { space: "heap", type: "Session", allocatingFunction: "openSeventh", retainingName: "weekly" },
    () => {
      const weekly: Session[] = [];
      let calls = 0;
      return {
        fn: function openSeventh() {
          if (++calls % 7 === 0) weekly.push(new Session("grace"));
        },
      };
    },
  ),
  clean("one object in every seventh call, dropped in the next", () => {
    const weekly: Session[] = [];
    let calls = 0;
    return {
      fn: function openSeventhShortly() {
        weekly.length = 0;
        if (++calls % 7 === 0) weekly.push(new Session("grace"));
      },
    };
  }),

  leaking(
    "objects in a module's array",
    {
      space: "heap",
      type: "Session",
      allocatingFunction: "openSession",
      retainingName: "sessions",
      countPerCall: 1,
    },
    () => ({
      fn: function openSession() {
        sessions.push(new Session("ada"));
      },
      dispose: () => {
        sessions.length = 0;
      },
    }),
  ),
  clean("objects in a module's array, taken out again", () => ({
    fn: function openAndClose() {
      const session = new Session("ada");
      sessions.push(session);
      sessions.splice(sessions.indexOf(session), 1);
    },
    dispose: () => {
      sessions.length = 0;
    },
  })),

  leaking(
    "objects in a class's static list",
    { space: "heap", type: "Session", allocatingFunction: "enter", retainingName: "entries", countPerCall: 1 },
    () => ({
      fn: function enter() {
        Registry.entries.push(new Session("ada"));
      },
      dispose: () => {
        Registry.entries.length = 0;
      },
    }),
  ),
  clean("one object in a class's static field", () => ({
    fn: function enterLast() {
      Registry.last = new Session("ada");
    },
    dispose: () => {
      Registry.last = undefined;
    },
  })),

  leaking(
    "objects in a private field",
    { space: "heap", type: "Session", allocatingFunction: "bookSession", retainingName: "#history", countPerCall: 1 },
    () => {
      const account = new Account();
      return {
        fn: function bookSession() {
          account.record(new Session("ada"));
        },
      };
    },
  ),
  clean("one object in a private field", () => {
    const account = new Account();
    return {
      fn: function rebookSession() {
        account.replace(new Session("ada"));
      },
    };
  }),

  leaking(
    "a linked list that grows",
    { space: "heap", type: "Object", allocatingFunction: "link", retainingName: "head", countPerCall: 1 },
    () => {
      let head: Link | undefined;
      return {
        fn: function link() {
          head = { before: head };
        },
      };
    },
  ),
  clean("a linked list that is cut at ten", () => {
    let head: Link | undefined;
    let length = 0;
    return {
      fn: function linkShortly() {
        head = length % 10 === 0 ? { before: undefined } : { before: head };
        length++;
      },
    };
  }),

  leaking(
    "cycles that hang on a long-lived parent",
    { space: "heap", type: "Object", allocatingFunction: "grow", retainingName: "children", countPerCall: 1 },
    () => {
      const root: Branch = { parent: undefined, children: [] };
      return {
        fn: function grow() {
          const branch: Branch = { parent: root, children: [] };
          root.children.push(branch);
        },
      };
    },
  ),
  clean("cycles that hang on nothing", () => {
    const root: Branch = { parent: undefined, children: [] };
    return {
      fn: function growNothing() {
        const branch: Branch = { parent: root, children: [] };
        branch.children.push({ parent: branch, children: [] });
      },
    };
  }),

  leaking(
    "a prototype that gets a property with every call",
    {
      space: "heap",
      type: "closure added",
      allocatingFunction: "extend",
      retainingName: "prototype",
      countPerCall: 1,
    },
    () => {
      class Extended {}
      const prototype = Extended.prototype as Record<string, unknown>;
      let next = 0;
      return {
        fn: function extend() {
          prototype[`method${next++}`] = function added() {};
        },
      };
    },
  ),
  clean("a prototype whose property is set with every call", () => {
    class Extended {}
    const prototype = Extended.prototype as Record<string, unknown>;
    return {
      fn: function override() {
        prototype["method"] = function added() {};
      },
    };
  }),

  leaking(
    "a symbol for each call as a key",
    { space: "heap", type: "symbol", allocatingFunction: "mark", retainingName: "marks", countPerCall: 1 },
    () => {
      const marks: Record<symbol, boolean> = {};
      return {
        fn: function mark() {
          marks[Symbol("mark")] = true;
        },
      };
    },
  ),
  clean("a symbol for each call as a key, deleted again", () => {
    const marks: Record<symbol, boolean> = {};
    return {
      fn: function markShortly() {
        const symbol = Symbol("mark");
        marks[symbol] = true;
        delete marks[symbol];
      },
    };
  }),

  leaking(
    "a new name in the registry of symbols with every call",
    { space: "heap", type: "symbol", allocatingFunction: "intern", retainingName: null, countPerCall: 1 },
    () => {
      const stamp = performance.now();
      let next = 0;
      return {
        fn: function intern() {
          Symbol.for(`corpus ${stamp} ${next++}`);
        },
      };
    },
    { keepsForEver: true, reason: "V8 never forgets a name that Symbol.for was called with" },
  ),
  clean("the same names in the registry of symbols", () => {
    let next = 0;
    return {
      fn: function internAgain() {
        Symbol.for(`corpus ${next++ % 8}`);
      },
    };
  }),

  leaking(
    "errors with their stacks, kept",
    { space: "heap", type: "Error", allocatingFunction: "fail", retainingName: "errors", countPerCall: 1 },
    () => {
      const errors: Error[] = [];
      return {
        fn: function fail() {
          errors.push(new Error("no such user"));
        },
      };
    },
  ),
  clean("errors with their stacks, the last one kept", () => {
    const errors: Error[] = [];
    return {
      fn: function failAgain() {
        errors[0] = new Error("no such user");
      },
    };
  }),

  leaking(
    "big integers, kept",
    { space: "heap", type: "bigint", allocatingFunction: "addAmount", retainingName: "amounts", countPerCall: 1 },
    () => {
      const amounts: bigint[] = [];
      let amount = 2n ** 64n;
      return {
        fn: function addAmount() {
          amount += 3n;
          amounts.push(amount);
        },
      };
    },
  ),
  clean("big integers, summed up", () => {
    let amount = 2n ** 64n;
    return {
      fn: function sumAmount() {
        amount = (amount + 3n) % 2n ** 80n;
      },
    };
  }),
];
