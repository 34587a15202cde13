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
];
