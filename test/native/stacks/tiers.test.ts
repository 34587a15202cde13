import { describe, expect, it } from "vitest";
import { type Frame, hasMaglev, runFixture } from "./run-fixture.js";

interface Checked {
  readonly ours: readonly Frame[];
  readonly theirs: readonly Frame[];
}
interface Results {
  readonly compiled: readonly boolean[];
  readonly outer: Checked;
  readonly after: Checked;
  readonly plain: Checked;
  readonly inlining: Checked;
}

const flags: Readonly<Record<string, readonly string[]>> = {
  ignition: ["--no-opt", "--no-maglev", "--no-sparkplug"],
  sparkplug: ["--no-opt", "--no-maglev", "--always-sparkplug"],
  maglev: ["--maglev"],
  turbofan: ["--no-maglev"],
};

const place = ({ function: name, line, column }: Frame) => `${name}:${line}:${column}`;
const inScripts = (frames: readonly Frame[], ...urls: string[]) =>
  frames.filter((frame) => frame.kind === "javascript" && urls.some((url) => frame.url === url));

describe.each(["ignition", "sparkplug", ...(hasMaglev ? ["maglev"] : []), "turbofan"])("code of %s", (tier) => {
  const run = () => runFixture<Results>("tiers.cjs", [tier], ["--allow-natives-syntax", ...(flags[tier] ?? [])]);

  it("has every call of a chain through two scripts where V8's own trace has it", async () => {
    const { compiled, outer } = await run();
    expect(compiled).toEqual([true, true, true, true]);
    const ours = inScripts(outer.ours, "/other.js", "/outer.js");
    expect(outer.theirs.slice(0, 3).map(place)).toEqual(["leaf:3:28", "middle:10:9", "outer:5:13"]);
    // Maglev does not say where in a loop a call stands: then the function's own position is given, and said to be that.
    const unknown = tier === "maglev" && ours[1]?.lineIsFunction === true;
    expect(ours.map(place)).toEqual(["leaf:3:28", unknown ? "middle:6:18" : "middle:10:9", "outer:5:13"]);
    expect(ours.map((frame) => frame.lineIsFunction)).toEqual([false, unknown, false]);
  });

  it("has a call behind a loop where V8's own trace has it", async () => {
    const { after } = await run();
    expect(inScripts(after.ours, "/after.js").map(place)).toEqual(["leaf:2:40", "after:8:12"]);
    expect(after.theirs.slice(0, 2).map(place)).toEqual(["leaf:2:40", "after:8:12"]);
  });

  it.each([
    ["plain", "plain:9:20"],
    ["inlining", "inlining:16:7"],
  ] as const)("has no wrong call in a function that was abandoned while it waited: %s", async (name, truth) => {
    const { ours, theirs } = (await run())[name];
    expect(inScripts(theirs, "").map(place)).toContain(truth);
    const frames = inScripts(ours, "/waiting.js");
    // Maglev's records do not say in which of the functions in the code the call was.
    const unknown = tier === "maglev" && name === "inlining";
    expect(frames.map(place)).toEqual([unknown ? "inlining:13:13" : truth]);
    expect(frames.map((frame) => frame.lineIsFunction)).toEqual([unknown]);
  });

  it("marks the frames that have no machine frame of their own", async () => {
    const { outer } = await run();
    const inlined = tier === "maglev" || tier === "turbofan";
    expect(inScripts(outer.ours, "/other.js", "/outer.js").map((frame) => frame.inlined)).toEqual([
      inlined,
      inlined,
      false,
    ]);
  });
});
