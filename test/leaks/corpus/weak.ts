import { clean, type LeakCase, leaking } from "./case.js";

class Client {
  readonly name = "client";
}

/** What a WeakMap of this module says about a client. */
class Details {
  readonly owner: Client;
  constructor(owner: Client) {
    this.owner = owner;
  }
}

/** Weak targets live to the end of their job. */
function nextJob(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export const weak: readonly LeakCase[] = [
  leaking(
    "values of a WeakMap whose keys are kept",
    { space: "heap", type: "Client", allocatingFunction: "addClient", retainingName: "clients", countPerCall: 1 },
    () => {
      const clients: Client[] = [];
      const details = new WeakMap<Client, Details>();
      return {
        fn: function addClient() {
          const client = new Client();
          details.set(client, new Details(client));
          clients.push(client);
        },
      };
    },
  ),
  clean("values of a WeakMap that lead back to their keys", () => {
    const details = new WeakMap<Client, Details>();
    return {
      fn: function addClientShortly() {
        const client = new Client();
        details.set(client, new Details(client));
      },
    };
  }),

  leaking(
    "values of a Map that lead back to their keys",
    { space: "heap", type: "Details", allocatingFunction: "addStrongly", retainingName: "strong", countPerCall: 1 },
    () => {
      const strong = new Map<Client, Details>();
      return {
        fn: function addStrongly() {
          const client = new Client();
          strong.set(client, new Details(client));
        },
      };
    },
  ),
  clean("two WeakMaps that lead to each other's keys", () => {
    const forth = new WeakMap<Client, Client>();
    const back = new WeakMap<Client, Client>();
    return {
      fn: function pair() {
        const one = new Client();
        const other = new Client();
        forth.set(one, other);
        back.set(other, one);
      },
    };
  }),

  leaking(
    "a chain through a WeakMap from a key that lives",
    { space: "heap", type: "Client", allocatingFunction: "lengthen", retainingName: "first", countPerCall: 1 },
    () => {
      const next = new WeakMap<Client, Client>();
      const first = new Client();
      let last = new WeakRef(first);
      return {
        fn: function lengthen() {
          const client = new Client();
          const end = last.deref();
          if (end !== undefined) next.set(end, client);
          last = new WeakRef(client);
        },
        dispose: () => next.delete(first),
      };
    },
    { reason: "each is kept by the one before, the first by the closure" },
  ),
  clean("a value of a WeakMap, replaced for a key that lives", () => {
    const next = new WeakMap<Client, Client>();
    const first = new Client();
    return {
      fn: function replaceNext() {
        next.set(first, new Client());
      },
    };
  }),

  leaking(
    "members of a WeakSet that a list keeps",
    { space: "heap", type: "Client", allocatingFunction: "greet", retainingName: "greetedList", countPerCall: 1 },
    () => {
      const greeted = new WeakSet<Client>();
      const greetedList: Client[] = [];
      return {
        fn: function greet() {
          const client = new Client();
          greeted.add(client);
          greetedList.push(client);
        },
      };
    },
  ),
  clean("members of a WeakSet", () => {
    const greeted = new WeakSet<Client>();
    return {
      fn: function greetShortly() {
        for (let i = 0; i < 20; i++) greeted.add(new Client());
      },
    };
  }),

  leaking(
    "WeakRefs, kept when their targets are gone",
    { space: "heap", type: "WeakRef", allocatingFunction: "rememberWeakly", retainingName: "refs", countPerCall: 1 },
    () => {
      const refs: WeakRef<Client>[] = [];
      return {
        fn: function rememberWeakly() {
          refs.push(new WeakRef(new Client()));
        },
      };
    },
  ),
  clean("WeakRefs, the last one kept", () => {
    const refs: WeakRef<Client>[] = [];
    return {
      fn: function rememberLastWeakly() {
        refs[0] = new WeakRef(new Client());
      },
    };
  }),

  leaking(
    "objects registered for finalization with a value that leads back to them",
    { space: "heap", type: "Client", allocatingFunction: "register", retainingName: "registry", countPerCall: 1 },
    () => {
      const registry = new FinalizationRegistry<{ readonly client: Client }>(() => undefined);
      return {
        fn: function register() {
          const client = new Client();
          registry.register(client, { client });
        },
      };
    },
  ),
  clean("objects registered for finalization", () => {
    let finalized = 0;
    const registry = new FinalizationRegistry<number>((bytes) => {
      finalized += bytes;
    });
    return {
      fn: function registerShortly() {
        registry.register(new Client(), 1);
        return finalized;
      },
    };
  }),

  leaking(
    "a cache of WeakRefs whose keys stay",
    { space: "heap", type: "WeakRef", allocatingFunction: "cacheWeakly", retainingName: "weakCache", countPerCall: 1 },
    () => {
      const weakCache = new Map<number, WeakRef<Client>>();
      let key = 0;
      return {
        fn: function cacheWeakly() {
          weakCache.set(key++, new WeakRef(new Client()));
        },
      };
    },
  ),
  clean("a cache of WeakRefs whose keys go with the objects", () => {
    const weakCache = new Map<number, WeakRef<Client>>();
    const gone = new FinalizationRegistry<number>((key) => {
      weakCache.delete(key);
    });
    let key = 0;
    return {
      fn: async function cacheWeaklyAndPurge() {
        const client = new Client();
        weakCache.set(key, new WeakRef(client));
        gone.register(client, key++);
        await nextJob();
      },
    };
  }),
];
