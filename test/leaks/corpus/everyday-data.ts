// What people test, without the outside world: queues, parsers, validators, templates. Some calls take tens of milliseconds.
import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { Ajv } from "ajv";
import { parse } from "csv-parse/sync";
import { clean, type LeakCase, leaking } from "./case.js";

const ROWS = `id,name,price,note\n${Array.from({ length: 2000 }, (_, id) => `${id},"item ${id}",${id / 4},"says ""hello"""`).join("\n")}`;

const ORDER = {
  type: "object",
  required: ["id", "item"],
  additionalProperties: false,
  properties: {
    id: { type: "integer", minimum: 0 },
    item: { type: "string", pattern: "^[a-z ]+$", maxLength: 30 },
    tags: { type: "array", items: { enum: ["new", "old"] }, uniqueItems: true },
  },
};

interface Job {
  readonly id: number;
  readonly weight: number;
}

/** Works off what was added, one after the other, and says so. */
class Queue extends EventEmitter {
  readonly #jobs: Job[] = [];
  #running = false;

  add(job: Job): void {
    this.#jobs.push(job);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
      await Promise.resolve();
      this.emit("done", job.id, job.weight * 2);
    }
    this.#running = false;
    this.emit("drain");
  }
}

function drained(queue: Queue, jobs: number): Promise<void> {
  return new Promise((resolve) => {
    queue.once("drain", resolve);
    for (let id = 0; id < jobs; id++) queue.add({ id, weight: id % 7 });
  });
}

interface Account {
  readonly id: number;
  readonly mail: string;
}

/** Accounts by id and by mail. */
class Accounts {
  readonly byId = new Map<number, Account>();
  readonly byMail = new Map<string, Account>();

  insert(id: number): Account {
    const account = { id, mail: `someone-${id}@example.org` };
    this.byId.set(id, account);
    this.byMail.set(account.mail, account);
    return account;
  }
}

/** What was used last, up to a size: a Map in the order of use. */
class Recent<V> {
  readonly #entries = new Map<string, V>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string, make: () => V): V {
    const value = this.#entries.get(key) ?? make();
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#most && oldest !== undefined) this.#entries.delete(oldest);
    return value;
  }
}

/** "{{name}} has {{count}}" as a function, made by V8's own compiler. */
function templateOf(text: string): (values: object) => string {
  const body = text.split(/\{\{(\w+)\}\}/u).map((part, at) => (at % 2 === 0 ? JSON.stringify(part) : `values.${part}`));
  return new Function("values", `return ${body.join(" + ")};`) as (values: object) => string;
}

function treeOf(depth: number): object {
  if (depth === 0) return { text: "a leaf of the tree", numbers: [1, 2, 3.5], when: new Date(0) };
  return { depth, children: Array.from({ length: 4 }, () => treeOf(depth - 1)), names: new Map([["depth", depth]]) };
}

const TEXT =
  "The quick brown fox (born 2019-04-03) jumps over 13 lazy dogs; see [the notes](https://example.org/a?b=c). ".repeat(
    200,
  );

function nested(text: string, depth: number): number {
  return depth === 0 ? text.length : nested(text, depth - 1) + 1;
}

/** Calls that come together become one, when none has come for a while. */
function debounced(fn: (value: number) => void, ms: number): (value: number) => void {
  let timer: NodeJS.Timeout | undefined;
  return (value) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(value), ms);
  };
}

export const everydayData: readonly LeakCase[] = [
  leaking(
    "a listener for each run of a queue",
    {
      space: "heap",
      type: "closure onDone",
      allocatingFunction: "workAndListen",
      retainingName: "queue",
      countPerCall: 1,
    },
    () => {
      const queue = new Queue().setMaxListeners(0);
      return {
        fn: async function workAndListen() {
          let sum = 0;
          queue.on("done", function onDone(_id: number, result: number) {
            sum += result;
          });
          await drained(queue, 100);
          return sum;
        },
      };
    },
  ),
  clean("runs of a queue", () => {
    const queue = new Queue();
    let sum = 0;
    queue.on("done", (_id: number, result: number) => {
      sum += result;
    });
    return {
      fn: async function work() {
        await drained(queue, 100);
        return sum;
      },
    };
  }),

  leaking(
    "a row of each table that was read, kept",
    {
      space: "heap",
      type: "Object",
      allocatingFunction: "readTableAndKeep",
      retainingName: "dearest",
      countPerCall: 1,
    },
    () => {
      const dearest: object[] = [];
      return {
        fn: function readTableAndKeep() {
          const rows: { price: string }[] = parse(ROWS, { columns: true });
          const last = rows.at(-1);
          if (last !== undefined) dearest.push(last);
        },
      };
    },
    { slow: true },
  ),
  clean(
    "tables that are read",
    () => ({
      fn: function readTable() {
        const rows: { price: string }[] = parse(ROWS, { columns: true });
        return rows.reduce((sum, { price }) => sum + Number(price), 0);
      },
    }),
    { slow: true },
  ),

  leaking(
    "schemas that one validator remembers",
    { space: "heap", type: "SchemaEnv", allocatingFunction: "compileAndKeep", retainingName: "ajv", countPerCall: 1 },
    () => {
      const ajv = new Ajv();
      return {
        fn: function compileAndKeep() {
          return ajv.compile({ ...ORDER })({ id: 1, item: "cup" });
        },
      };
    },
    { slow: true },
  ),
  clean(
    "schemas by validators of their own",
    () => ({
      fn: function compileAndDrop() {
        return new Ajv().compile({ ...ORDER })({ id: 1, item: "cup" });
      },
    }),
    { slow: true },
  ),
  clean("a thousand orders that are validated", () => {
    const validate = new Ajv({ allErrors: true }).compile(ORDER);
    return {
      fn: function validateOrders() {
        let good = 0;
        for (let id = 0; id < 1000; id++) {
          good += Number(validate({ id, item: id % 3 === 0 ? "CUP" : "cup", tags: ["new", "old"] }));
        }
        return good;
      },
    };
  }),

  leaking(
    "accounts that one of two indexes still has",
    { space: "heap", type: "Object", allocatingFunction: "insert", retainingName: "byMail", countPerCall: 1 },
    () => {
      const accounts = new Accounts();
      let last = 0;
      return {
        fn: function register() {
          last++;
          accounts.insert(last);
          return accounts.byId.delete(last);
        },
      };
    },
  ),
  clean("accounts that are inserted and removed", () => {
    const accounts = new Accounts();
    let last = 0;
    return {
      fn: function registerShortly() {
        last++;
        const { mail } = accounts.insert(last);
        return accounts.byId.delete(last) && accounts.byMail.delete(mail);
      },
    };
  }),

  leaking(
    "classes that are registered",
    { space: "heap", type: "closure Model", allocatingFunction: "define", retainingName: "models", countPerCall: 1 },
    () => {
      const models: unknown[] = [];
      return {
        fn: function define() {
          class Model {
            static fields = ["id"];
            readonly id = models.length;
            save() {
              return this.id;
            }
          }
          models.push(Model);
          return new Model().save();
        },
      };
    },
  ),
  clean("classes that are made and dropped", () => ({
    fn: function defineAndDrop() {
      class Base {
        #id = 1;
        get id() {
          return this.#id;
        }
      }
      class Model extends Base {
        static fields = ["id"];
        save() {
          return super.id;
        }
      }
      return Array.from({ length: 20 }, () => new Model()).reduce((sum, model) => sum + model.save(), 0);
    },
  })),

  clean("templates that are compiled and rendered", () => {
    let last = 0;
    return {
      fn: function render() {
        last++;
        const page = templateOf(`<p class="n${last}">{{name}} has {{count}}</p>`);
        return Array.from({ length: 100 }, (_, count) => page({ name: "cup", count })).join("").length;
      },
    };
  }),
  clean(
    "clones of a tree of a megabyte",
    () => {
      const tree = treeOf(6);
      return {
        fn: function cloneTree() {
          return Object.keys(structuredClone(tree)).length;
        },
      };
    },
    { slow: true },
  ),
  clean(
    "text that is searched and written anew",
    () => ({
      fn: function rewrite() {
        const links = [...TEXT.matchAll(/\[(?<text>[^\]]+)\]\((?<url>[^)]+)\)/gu)].map(({ groups }) => groups?.["url"]);
        const dated = TEXT.replace(/(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)/gu, "$<day>.$<month>.$<year>");
        const words = new Map<string, number>();
        for (const word of dated.toLowerCase().split(/\W+/u)) words.set(word, (words.get(word) ?? 0) + 1);
        const sorted = [...words].sort(([a, m], [b, n]) => n - m || a.localeCompare(b, "de"));
        return links.length + sorted.length + nested(dated, 5000);
      },
    }),
    { slow: true },
  ),
  clean("what was used last, at its most", () => {
    const recent = new Recent<{ page: string }>(50);
    let last = 0;
    return {
      fn: function usePages() {
        for (let times = 0; times < 100; times++) {
          last++;
          recent.get(`/page/${last}`, () => ({ page: `the page ${last}` }));
        }
      },
    };
  }),
  clean("calls that come together and become one", () => {
    let calls = 0;
    return {
      fn: async function callTogether() {
        await new Promise<number>((resolve) => {
          const call = debounced(resolve, 1);
          for (let times = 0; times < 50; times++) call(times);
        });
        calls++;
        return calls;
      },
    };
  }),
  clean("a module that is imported again", () => ({
    fn: async function importAgain() {
      const { readFileSync } = await import("node:fs");
      const { Ajv: Again } = await import("ajv");
      return readFileSync.name.length + Again.name.length;
    },
  })),
  clean("the context of a request through a hundred awaits", () => {
    const requests = new AsyncLocalStorage<{ id: number }>();
    let last = 0;
    const deep = async (levels: number): Promise<number> => {
      if (levels === 0) return requests.getStore()?.id ?? 0;
      await Promise.resolve();
      return requests.run({ id: levels }, () => deep(levels - 1));
    };
    return {
      fn: async function handle() {
        last++;
        return requests.run({ id: last }, () => deep(100));
      },
    };
  }),
  clean(
    "figures in the words of several languages",
    () => ({
      fn: function format() {
        return ["de", "en", "ja"].map((language) => {
          const numbers = new Intl.NumberFormat(language, { style: "currency", currency: "EUR" });
          const days = new Intl.DateTimeFormat(language, { dateStyle: "full" });
          return `${numbers.format(12.5)} ${days.format(0)} ${JSON.stringify(JSON.parse(`{"${language}":1}`))}`;
        }).length;
      },
    }),
    { slow: true },
  ),
];
