import { expect, test } from "vitest";
import { type Owner, ownerOf } from "../../../core/src/analysis/owner.js";
import { memspecRoots } from "../../../core/src/analysis/memspec-roots.js";

test.each<[string, Owner]>([
  ["/home/me/app/src/parse.ts", "user"],
  ["C:\\app\\src\\parse.ts", "user"],
  ["", "user"],
  ["evalmachine.<anonymous>", "user"],
  ["node:internal/streams/readable", "node"],
  ["node:fs", "node"],
  ["/app/node_modules/lodash/lodash.js", "dependency"],
  ["C:\\app\\node_modules\\lodash\\lodash.js", "dependency"],
  ["/app/node_modules/@scope/thing/index.js", "dependency"],
  ["/app/node_modules/.pnpm/lodash@4.17.21/node_modules/lodash/lodash.js", "dependency"],
  ["/app/node_modules/vitest/dist/chunks/run.js", "runner"],
  ["/app/node_modules/@vitest/runner/dist/index.js", "runner"],
  ["/app/node_modules/.pnpm/@vitest+runner@4.1.0/node_modules/@vitest/runner/dist/index.js", "runner"],
  ["/app/node_modules/vite/dist/node/module-runner.js", "runner"],
  ["/app/node_modules/tinypool/dist/index.js", "runner"],
  ["/app/node_modules/jest-circus/build/run.js", "runner"],
  ["/app/node_modules/@jest/core/build/index.js", "runner"],
  ["/app/node_modules/expect/build/index.js", "runner"],
  ["/app/node_modules/expect-type/dist/index.js", "dependency"],
  ["/app/node_modules/vite-plugin-mine/index.js", "dependency"],
  ["/app/node_modules/@memspec/core/dist/esm/index.js", "memspec"],
  ["/app/node_modules/@memspec/native/prebuilds/linux-x64-glibc/abi115.node", "memspec"],
  ["/app/src/vitest/mine.ts", "user"],
])("a JavaScript frame of %j belongs to %s", (file, owner) => {
  expect(ownerOf("javascript", file, [])).toBe(owner);
});

test("native frames belong to Node's binary or to what an addon brings", () => {
  expect(ownerOf("native", "/usr/bin/node", [])).toBe("node");
  expect(ownerOf("native", "C:\\Program Files\\nodejs\\node.exe", [])).toBe("node");
  expect(ownerOf("native", "/app/node_modules/sharp/build/Release/sharp.node", [])).toBe("native");
  expect(ownerOf("native", "/usr/lib/x86_64-linux-gnu/libc.so.6", [])).toBe("native");
  expect(ownerOf("native", "", [])).toBe("native");
  expect(ownerOf("builtin", "", [])).toBe("node");
});

test("memspec's own packages are known outside of node_modules too", () => {
  const roots = memspecRoots("Error\n    at x (file:///src/memspec/core/src/measure/analyse-here.ts:20:31)");
  expect(ownerOf("javascript", "/src/memspec/plugin-vitest/dist/setup.js", roots)).toBe("memspec");
  expect(ownerOf("javascript", "/src/memspec/core/src/index.ts", roots)).toBe("memspec");
  expect(ownerOf("javascript", "/src/memspec/test/core/a.test.ts", roots)).toBe("user");
  expect(ownerOf("javascript", "/src/memspec/example/src/parse.ts", roots)).toBe("user");
});

test.each([
  ["Error\n    at analyseHere (/src/memspec/core/dist/cjs/index.js:20:31)", 16],
  ["Error\n    at /src/memspec/core/dist/esm/index.js:20:31", 16],
  ["Error\n    at async file:///src/memspec/core/dist/esm/index.js:20:31", 16],
  ["Error\n    at x (C:\\src\\memspec\\core\\dist\\esm\\index.js:20:31)", 16],
  ["Error\n    at x (/app/node_modules/@memspec/core/dist/cjs/index.js:20:31)", 0],
  ["Error\n    at x (/elsewhere/index.js:1:1)", 0],
  ["", 0],
])("the roots are found in %j", (stack, count) => {
  expect(memspecRoots(stack)).toHaveLength(count);
});
