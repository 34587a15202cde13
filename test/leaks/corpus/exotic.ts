// Generators, iterators, proxies, Intl, regular expressions, dates: objects that V8 keeps apart from plain ones.
import { clean, type LeakCase, leaking } from "./case.js";

function* countUp(): Generator<number> {
  for (let n = 0; ; n++) yield n;
}

async function* countUpLater(): AsyncGenerator<number> {
  for (let n = 0; ; n++) yield n;
}

export const exotic: readonly LeakCase[] = [
  leaking(
    "generators left suspended in a list",
    {
      space: "heap",
      type: "generator countUp",
      allocatingFunction: "startCounting",
      retainingName: "running",
      countPerCall: 1,
    },
    () => {
      const running: Generator<number>[] = [];
      return {
        fn: function startCounting() {
          const counter = countUp();
          counter.next();
          running.push(counter);
        },
      };
    },
  ),
  clean("generators left suspended and dropped", () => ({
    fn: function countShortly() {
      const counter = countUp();
      counter.next();
      return counter.next().value;
    },
  })),

  leaking(
    "async iterators left suspended in a set",
    { space: "heap", type: "generator countUpLater", allocatingFunction: "subscribe", retainingName: "subscriptions" },
    () => {
      const subscriptions = new Set<AsyncGenerator<number>>();
      return {
        fn: async function subscribe() {
          const iterator = countUpLater();
          await iterator.next();
          subscriptions.add(iterator);
        },
      };
    },
  ),
  clean("async iterators that are returned from a set", () => {
    const subscriptions = new Set<AsyncGenerator<number>>();
    return {
      fn: async function subscribeShortly() {
        const iterator = countUpLater();
        subscriptions.add(iterator);
        for await (const n of iterator) if (n === 2) break;
        subscriptions.delete(iterator);
      },
    };
  }),

  leaking(
    "proxies, kept",
    { space: "heap", type: "Proxy", allocatingFunction: "wrapRow", retainingName: "wrapped", countPerCall: 1 },
    () => {
      const wrapped: object[] = [];
      const handler: ProxyHandler<object> = { get: (target, key) => Reflect.get(target, key) };
      return {
        fn: function wrapRow() {
          wrapped.push(new Proxy({ row: 1 }, handler));
        },
      };
    },
  ),
  clean("proxies, revoked", () => {
    const handler: ProxyHandler<object> = { get: (target, key) => Reflect.get(target, key) };
    return {
      fn: function wrapAndRevoke() {
        const { proxy, revoke } = Proxy.revocable({ row: 1 }, handler);
        Reflect.get(proxy, "row");
        revoke();
      },
    };
  }),

  leaking(
    "number formats, one for each call",
    {
      space: "heap",
      type: "NumberFormat",
      allocatingFunction: "makeFormat",
      retainingName: "formats",
      countPerCall: 1,
    },
    () => {
      const formats: Intl.NumberFormat[] = [];
      return {
        fn: function makeFormat() {
          const format = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
          formats.push(format);
          return format.format(1.5);
        },
      };
    },
  ),
  clean("number formats, one for each call and dropped", () => ({
    fn: function formatOnce() {
      return new Intl.NumberFormat("en", { maximumFractionDigits: 2 }).format(1.5);
    },
  })),

  leaking(
    "regular expressions, kept with their code",
    { space: "heap", type: "RegExp", allocatingFunction: "compileRoute", retainingName: "routes", countPerCall: 1 },
    () => {
      const routes: RegExp[] = [];
      return {
        fn: function compileRoute() {
          const route = /^\/users\/(\d+)$/u;
          route.exec("/users/42");
          routes.push(route);
        },
      };
    },
  ),
  clean("the last match of a regular expression, which V8 remembers", () => {
    const text = "key=value;".repeat(100);
    let next = 0;
    return {
      fn: function matchLast() {
        next = (next + 1) % 1000;
        return /(\w+)=(\w+)/u.exec(`${next}${text}`)?.[1];
      },
    };
  }),

  leaking(
    "matches of a regular expression, kept",
    { space: "heap", type: "Array", allocatingFunction: "collectMatch", retainingName: "matches", countPerCall: 1 },
    () => {
      const matches: RegExpExecArray[] = [];
      return {
        fn: function collectMatch() {
          const match = /(\w+)=(\w+)/u.exec("key=value");
          if (match !== null) matches.push(match);
        },
      };
    },
  ),
  clean("a sticky regular expression that goes on where it stopped", () => {
    const word = /\w+\s*/gu;
    const text = "one two three four";
    return {
      fn: function nextWord() {
        return word.exec(text)?.[0];
      },
    };
  }),

  leaking(
    "dates, kept",
    { space: "heap", type: "Date", allocatingFunction: "note", retainingName: "visits", countPerCall: 1 },
    () => {
      const visits: Date[] = [];
      return {
        fn: function note() {
          visits.push(new Date());
        },
      };
    },
  ),
  clean("dates, turned into text and dropped", () => {
    let visit = "";
    return {
      fn: function noteText() {
        visit = new Date(1_700_000_000_000).toISOString();
        return visit.length;
      },
    };
  }),
];
