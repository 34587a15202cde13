import { AsyncLocalStorage, AsyncResource, createHook } from "node:async_hooks";
import { clean, type LeakCase, leaking } from "./case.js";

interface Request {
  readonly id: number;
}

/** What async hooks are told of resources of this type is this file's alone. */
const RESOURCE = "MEMSPEC_CORPUS";

export const asyncContext: readonly LeakCase[] = [
  leaking(
    "stores of an AsyncLocalStorage that functions keep",
    { space: "heap", type: "Request", allocatingFunction: "serve", retainingName: "later", countPerCall: 1 },
    () => {
      class Request {
        readonly id = 1;
      }
      const storage = new AsyncLocalStorage<Request>();
      const later: (() => unknown)[] = [];
      return {
        fn: function serve() {
          storage.run(new Request(), () => later.push(AsyncResource.bind(() => storage.getStore())));
        },
        dispose: () => storage.disable(),
      };
    },
  ),
  clean("stores of an AsyncLocalStorage that end with their request", () => {
    const storage = new AsyncLocalStorage<Request>();
    return {
      fn: async function serveAndEnd() {
        await storage.run({ id: 1 }, async () => {
          await undefined;
          return storage.getStore()?.id;
        });
      },
      dispose: () => storage.disable(),
    };
  }),

  leaking(
    "stores of an AsyncLocalStorage that pending promises keep",
    { space: "heap", type: "Request", allocatingFunction: "serveSlowly", retainingName: "open", countPerCall: 1 },
    () => {
      class Request {
        readonly id = 1;
      }
      const storage = new AsyncLocalStorage<Request>();
      const open: (() => void)[] = [];
      return {
        fn: function serveSlowly() {
          void storage.run(new Request(), async () => {
            await new Promise<void>((resolve) => open.push(resolve));
            return storage.getStore();
          });
        },
        dispose: () => storage.disable(),
      };
    },
  ),
  clean("stores of an AsyncLocalStorage that are left with exit", () => {
    const storage = new AsyncLocalStorage<Request>();
    return {
      fn: function serveAndExit() {
        return storage.run({ id: 1 }, () => storage.exit(() => storage.getStore()));
      },
      dispose: () => storage.disable(),
    };
  }),

  leaking(
    "an AsyncLocalStorage for each call that is never disabled",
    {
      space: "heap",
      type: "AsyncLocalStorage",
      allocatingFunction: "makeStorage",
      retainingName: null,
      countPerCall: 1,
    },
    () => {
      const made: WeakRef<AsyncLocalStorage<Request>>[] = [];
      return {
        fn: function makeStorage() {
          const storage = new AsyncLocalStorage<Request>();
          made.push(new WeakRef(storage));
          return storage.run({ id: 1 }, () => storage.getStore()?.id);
        },
        dispose: () => {
          for (const storage of made) storage.deref()?.disable();
        },
      };
    },
    { nodes: [20, 22], reason: "Node has a list of all storages that ever ran; they leave it by disable()" },
  ),
  clean("an AsyncLocalStorage for each call that is disabled", () => ({
    fn: function makeStorageAndDisable() {
      // Node 20 and 22 leave a storage's key on the resource that runs: one of its own, which goes.
      new AsyncResource(RESOURCE).runInAsyncScope(() => {
        const storage = new AsyncLocalStorage<Request>();
        storage.run({ id: 1 }, () => storage.getStore()?.id);
        storage.disable();
      });
    },
  })),
  clean(
    "an AsyncLocalStorage for each call that is never disabled, on a Node without a list of them",
    () => ({
      fn: function makeStorageFreely() {
        const storage = new AsyncLocalStorage<Request>();
        return storage.run({ id: 1 }, () => storage.getStore()?.id);
      },
    }),
    { nodes: [24, 26] },
  ),

  leaking(
    "resources of async hooks in a Map that nobody clears",
    { space: "heap", type: "Object", allocatingFunction: "init", retainingName: "resources", countPerCall: 1 },
    () => {
      const resources = new Map<number, { readonly trigger: number }>();
      const hook = createHook({
        init(id, type, trigger) {
          if (type === RESOURCE) resources.set(id, { trigger });
        },
      }).enable();
      return {
        fn: function startResource() {
          new AsyncResource(RESOURCE).emitDestroy();
        },
        dispose: () => hook.disable(),
      };
    },
  ),
  clean("resources of async hooks in a Map that is cleared when they are destroyed", () => {
    const resources = new Map<number, { readonly trigger: number }>();
    const hook = createHook({
      init(id, type, trigger) {
        if (type === RESOURCE) resources.set(id, { trigger });
      },
      destroy(id) {
        resources.delete(id);
      },
    }).enable();
    return {
      fn: async function startAndDestroyResource() {
        new AsyncResource(RESOURCE).emitDestroy();
        await new Promise((resolve) => setImmediate(resolve));
      },
      dispose: () => hook.disable(),
    };
  }),

  leaking(
    "resources that were never destroyed, kept",
    {
      space: "heap",
      type: "AsyncResource",
      allocatingFunction: "openResource",
      retainingName: "pending",
      countPerCall: 1,
    },
    () => {
      const pending = new Set<AsyncResource>();
      return {
        fn: function openResource() {
          pending.add(new AsyncResource(RESOURCE));
        },
      };
    },
  ),
  clean("resources that were never destroyed, dropped", () => ({
    fn: function openResourceShortly() {
      return new AsyncResource(RESOURCE).asyncId();
    },
  })),

  leaking(
    "snapshots of the context, kept",
    { space: "heap", type: "closure", allocatingFunction: "capture", retainingName: "snapshots", countPerCall: 1 },
    () => {
      const snapshots: unknown[] = [];
      return {
        fn: function capture() {
          snapshots.push(AsyncLocalStorage.snapshot());
        },
      };
    },
  ),
  clean("snapshots of the context, run and dropped", () => ({
    fn: function captureAndRun() {
      return AsyncLocalStorage.snapshot()(() => 1);
    },
  })),
];
