import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { buildChains, VARIANTS } from "./chains/build.mjs";
import { runFixture, type Stack } from "./run-fixture.js";

interface HybridStack extends Stack {
  readonly nativeMissing: boolean;
  readonly natives: readonly {
    readonly module: string;
    readonly buildId: string;
    readonly offset: number;
    readonly symbol: string;
  }[];
}

const fromScript = ["chain_run", "js outermost", "js (anonymous)"];
const called = ["chain_malloc", "chain_inner", "chain_outer"];
const mapped = [...called, "chain_run", "js innermost", "builtin ArrayMap", "js byArray"];

/** What the sources of the chains and of the fixture say, innermost first. */
const TRUTH: Readonly<Record<string, readonly string[]>> = {
  outer: [...called, ...fromScript],
  new: ["chain_new", ...fromScript],
  "large frame": ["chain_malloc", "chain_inner", "chain_large_frame", ...fromScript],
  "varying frame": ["chain_malloc", "chain_inner", "chain_varying_frame", ...fromScript],
  "aligned frame": ["chain_malloc", "chain_inner", "chain_aligned_frame", ...fromScript],
  "through library": ["chain_malloc", "library_inner", "library_outer", "chain_through_library", ...fromScript],
  "into library": ["library_allocates", "chain_into_library", ...fromScript],
  sort: ["chain_malloc", "chain_compare", "chain_sort", ...fromScript],
  "exception in flight": ["chain_malloc", "chain_inner", "~Guard", "chain_unwinds", "chain_catches", ...fromScript],
  "exception caught": ["chain_malloc", "chain_inner", "chain_allocates_while_caught", ...fromScript],
  "calls back": [...mapped, "chain_calls_back", ...fromScript],
  "calls back twice": [...mapped, "chain_calls_back", "chain_run", "js (anonymous)", "chain_calls_back", ...fromScript],
  thread: [...called, "chain_thread_body"],
  pool: [...called, "chain_work"],
};

/** V8's own way from JavaScript into an addon: whether it has a frame depends on the call's cache and on V8's version. */
const ENTRY_OF_ADDONS = /^(?:CallApiCallback|HandleApiCall)/;

/** The frames of the chains and of the fixture; all others are Node's, V8's and libraries'. */
function ownFrames(stack: HybridStack): string[] {
  const names: string[] = [];
  for (const frame of stack.frames) {
    if (frame.kind === "javascript") {
      if (path.basename(frame.url) === "chains.cjs") names.push(`js ${frame.function || "(anonymous)"}`);
    } else if (frame.kind === "builtin") {
      if (!ENTRY_OF_ADDONS.test(frame.function)) names.push(`builtin ${frame.function}`);
    } else if (/^(chain|library)_/.test(frame.function)) {
      names.push(frame.function.replace(/\.cold$/, "")); // a part that the compiler moved away
    } else if (frame.function.endsWith("::~Guard()")) {
      names.push("~Guard");
    }
  }
  return names;
}

describe.each(Object.keys(VARIANTS))("the stack of an allocation in an addon that was built %s", (variant) => {
  it.each(Object.entries(TRUTH))("has each function of the chain in order: %s", async (chain, truth) => {
    const stack = await runFixture<HybridStack>("chains.cjs", [buildChains(variant), chain]);
    expect(ownFrames(stack)).toEqual(truth);
    expect(stack).toMatchObject({ truncated: false, nativeMissing: false });
  });
});

it("names the file of each native frame, its build id, and where in it the call returns to", async () => {
  const addon = buildChains("with frame pointers", ["-Wl,--build-id=sha1"]);
  const { natives } = await runFixture<HybridStack>("chains.cjs", [addon, "into library"]);
  const [library, inAddon] = natives;
  expect(library).toMatchObject({
    module: path.join(path.dirname(addon), "libchains.so"),
    symbol: "library_allocates",
  });
  expect(inAddon).toMatchObject({ module: addon, symbol: "chain_into_library" });
  for (const frame of [library, inAddon]) {
    const notes = execFileSync("readelf", ["-n", frame?.module ?? ""], { encoding: "utf8" });
    expect(/Build ID: (\w+)/.exec(notes)?.[1]).toBe(frame?.buildId);
    expect(symbolAt(frame?.module ?? "", (frame?.offset ?? 0) - 1)).toBe(frame?.symbol);
  }
  expect(natives.at(-1)?.module).toBe(realpathSync(process.execPath));
});

it("names the program's own functions as the loader does", async () => {
  const counts = await runFixture<{ named: number; differing: number }>("program-symbols.cjs", [5000]);
  expect(counts.named).toBeGreaterThan(1000);
  expect(counts.differing).toBe(0);
});

/** By `nm`: the function that spans an address of the file. */
function symbolAt(file: string, address: number): string | undefined {
  const lines = execFileSync("nm", ["-S", "--defined-only", file], { encoding: "utf8" }).split("\n");
  return lines
    .map((line) => /^(\S+) (\S+) [tT] (\S+)$/.exec(line))
    .find((match) => {
      const start = Number.parseInt(match?.[1] ?? "", 16);
      return address >= start && address < start + Number.parseInt(match?.[2] ?? "", 16);
    })?.[3];
}
