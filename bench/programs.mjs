// Two programs with figures and sampled stacks, beside themselves without.
import { fileURLToPath } from "node:url";
import { ratios, takeTurns } from "./compare.mjs";
import { outputOf } from "./run-node.mjs";

const file = (name) => fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));

export function benchPrograms(rounds) {
  return ["native-heavy", "heap-heavy"].map((program) => {
    const run = (variant) => () => Number(outputOf(process.execPath, [file("run"), variant, file(program)]));
    const times = takeTurns({ plain: run("plain"), tracked: run("tracked") }, rounds);
    return {
      name: `${program} program, figures and sampled stacks`,
      ratio: ratios(times, "tracked", "plain"),
      target: 1.15,
    };
  });
}
