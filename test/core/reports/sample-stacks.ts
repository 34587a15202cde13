/** A tree of calls whose stacks sites of a sample are given. */

import type { SourceFrame } from "../../../core/src/capture/measurement.js";

export interface Stacks {
  readonly frames: readonly SourceFrame[];
  readonly stacks: readonly (readonly number[])[];
  /** Index of a stack. */
  any(random: () => number): number;
}

const USER: readonly (readonly [name: string, file: string])[] = [
  ["parseRecord", "src/parser/record.ts"],
  ["readLines", "src/parser/lines.ts"],
  ["Cache.set", "src/store/cache.ts"],
  ["Session.open", "src/auth/session.ts"],
  ["renderTable", "src/render/table.ts"],
  ["renderRow", "src/render/row.ts"],
  ["encode", "src/http/codec.ts"],
  ["decode", "src/http/codec.ts"],
  ["Queue.push", "src/jobs/queue.ts"],
  ["", "src/jobs/worker.ts"],
  ["loadSchema", "src/store/schema.ts"],
  ["groupBy", "src/store/group-by.ts"],
];

export function frameOf(given: Partial<SourceFrame>): SourceFrame {
  return {
    kind: "javascript",
    functionName: "",
    file: "",
    line: null,
    column: null,
    lineIsFunction: false,
    inlined: false,
    owner: "user",
    ...given,
  };
}

const OUTER: readonly SourceFrame[] = [
  frameOf({
    functionName: "runTest",
    file: "/project/node_modules/vitest/dist/runner.js",
    line: 812,
    column: 9,
    owner: "runner",
  }),
  frameOf({
    functionName: "processTicksAndRejections",
    file: "node:internal/process/task_queues",
    line: 95,
    column: 5,
    owner: "node",
  }),
];

const INNER: readonly SourceFrame[] = [
  frameOf({ functionName: "alloc", file: "node:buffer", line: 395, column: 3, owner: "node" }),
  frameOf({
    functionName: "cloneDeep",
    file: "/project/node_modules/lodash/cloneDeep.js",
    line: 20,
    column: 10,
    owner: "dependency",
  }),
  frameOf({
    functionName: "deflateInit2_",
    file: "/project/node_modules/zlibs/build/zlibs.node",
    kind: "native",
    owner: "native",
  }),
];

/** Every user's function at three lines, called from each other in a fixed manner, three to seven deep. */
export function createStacks(): Stacks {
  const user = USER.flatMap(([functionName, file], at) =>
    [0, 1, 2].map((line) => frameOf({ functionName, file, line: 12 + at * 11 + line * 4, column: 5 + line })),
  );
  const frames = [...OUTER, ...INNER, ...user];
  const firstUser = OUTER.length + INNER.length;
  const stacks: number[][] = [];
  for (let leaf = 0; leaf < 160; leaf += 1) {
    const depth = 3 + (leaf % 5);
    // Outermost first: neighbours share their callers, as in a program.
    const path = Array.from(
      { length: depth },
      (_, level) => firstUser + (((leaf >> (depth - level)) * 7 + level * 5) % user.length),
    );
    const inner = leaf % 4 === 0 ? [OUTER.length + (leaf % INNER.length)] : [];
    stacks.push([...inner, ...path.reverse(), 0, 1]);
  }
  const unique = [...new Map(stacks.map((stack) => [stack.join(), stack])).values()];
  return { frames, stacks: unique, any: (random) => Math.floor(random() ** 2 * unique.length) };
}
