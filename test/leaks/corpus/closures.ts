import { clean, type LeakCase, leaking } from "./case.js";

type Callback = () => unknown;

/** As a framework's hooks: functions by the module. */
const hooks: Callback[] = [];

interface Thing {
  readonly text: string[];
  readonly method: Callback;
}

export const closures: readonly LeakCase[] = [
  leaking(
    "closures, kept in a module's array",
    {
      space: "heap",
      type: "closure onRequest",
      allocatingFunction: "addHook",
      retainingName: "hooks",
      countPerCall: 1,
    },
    () => {
      let requests = 0;
      return {
        fn: function addHook() {
          hooks.push(function onRequest() {
            requests++;
          });
        },
        dispose: () => {
          hooks.length = 0;
          return requests;
        },
      };
    },
  ),
  clean("closures, kept in a module's array until they have run", () => {
    let requests = 0;
    return {
      fn: function addHookOnce() {
        hooks.push(function onRequest() {
          requests++;
        });
        hooks.pop()?.();
      },
      dispose: () => {
        hooks.length = 0;
        return requests;
      },
    };
  }),

  leaking(
    "closures that share a context with what holds the one before",
    { space: "heap", type: "Object", allocatingFunction: "replaceThing", retainingName: "thing", countPerCall: 1 },
    () => {
      let thing: Thing | undefined;
      return {
        fn: function replaceThing() {
          const original = thing;
          // Never called; but what it names is in the context that `method` shares.
          const unused = () => original;
          thing = { text: new Array(10).fill("*"), method: () => "method" };
          return typeof unused;
        },
      };
    },
  ),
  clean("closures that share a context that is emptied", () => {
    let thing: Thing | undefined;
    return {
      fn: function replaceThingAndForget() {
        let original = thing;
        const unused = () => original;
        thing = { text: new Array(10).fill("*"), method: () => "method" };
        original = undefined;
        return typeof unused;
      },
    };
  }),

  leaking(
    "a small closure that pins a big array by its context",
    {
      space: "heap",
      type: "closure size",
      allocatingFunction: "describe",
      retainingName: "sizes",
      countPerCall: 1,
      minBytesPerCall: 8000,
    },
    () => {
      const sizes: Callback[] = [];
      return {
        fn: function describe() {
          const rows = new Array<number>(1000).fill(1);
          sizes.push(function size() {
            return rows.length;
          });
        },
      };
    },
  ),
  clean("a small closure that pins a big array, called and dropped", () => {
    let last = 0;
    return {
      fn: function describeOnce() {
        const rows = new Array<number>(1000).fill(1);
        const size = () => rows.length;
        last = size();
        return last;
      },
    };
  }),

  leaking(
    "bound functions, kept",
    { space: "heap", type: "bound function run", allocatingFunction: "bind", retainingName: "bound", countPerCall: 1 },
    () => {
      const bound: Callback[] = [];
      const service = {
        name: "service",
        run() {
          return this.name;
        },
      };
      return {
        fn: function bind() {
          bound.push(service.run.bind(service));
        },
      };
    },
  ),
  clean("bound functions, called and dropped", () => {
    const service = {
      name: "service",
      run() {
        return this.name;
      },
    };
    return {
      fn: function bindAndCall() {
        return service.run.bind(service)();
      },
    };
  }),

  leaking(
    "a method that is wrapped again with every call",
    { space: "heap", type: "closure wrapped", allocatingFunction: "patch", retainingName: "save", countPerCall: 1 },
    () => {
      const store = { save: (): unknown => "saved" };
      return {
        fn: function patch() {
          const inner = store.save;
          store.save = function wrapped() {
            return inner();
          };
        },
      };
    },
  ),
  clean("a method that is wrapped and restored with every call", () => {
    const store = { save: (): unknown => "saved" };
    return {
      fn: function patchAndRestore() {
        const inner = store.save;
        store.save = function wrapped() {
          return inner();
        };
        store.save();
        store.save = inner;
      },
    };
  }),

  leaking(
    "the arguments of each call, kept",
    { space: "heap", type: "Arguments", allocatingFunction: "remember", retainingName: "seen", countPerCall: 1 },
    () => {
      const seen: unknown[] = [];
      // An old way of writing it: the object of the arguments is what stays.
      function remember(_key: string, _value: number) {
        // biome-ignore lint/complexity/noArguments: it is the case
        seen.push(arguments);
      }
      return { fn: () => remember("key", 1) };
    },
  ),
  clean("the arguments of each call, forwarded", () => {
    function add(...values: number[]) {
      return values.reduce((sum, value) => sum + value, 0);
    }
    function forward(..._values: number[]) {
      // biome-ignore lint/complexity/noArguments: it is the case
      return Reflect.apply(add, undefined, arguments);
    }
    return { fn: () => forward(1, 2, 3) };
  }),
];
