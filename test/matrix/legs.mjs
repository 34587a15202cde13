// Which versions are tested together.
import { SUPPORTED_MAJORS } from "../../native/tools/node-versions.mjs";

/**
 * @typedef {{ node: number, vitest: "4.1" | "5", suites: readonly string[] }} Leg
 */

/** Suites that say something about the versions of Node and Vitest; lint-like ones run once, in `npm test`. */
const SUITES = ["native", "core", "leaks", "types", "e2e-vitest"];

/**
 * What takes long and says little of versions, where another leg has run it (`--short`): figures of baselines over many runs,
 * the examples, shards, whole readers of files.
 */
export const LEFT_OUT_OF_SHORT = [
  "test/e2e/**/baselines.test.ts",
  "test/e2e/**/run-shards.test.ts",
  "test/e2e/examples/**",
  "test/core/capture-files/{fuzz,packed}.test.ts",
  "test/core/capture-files/symbols/**",
  "test/core/graph/snapshots.test.ts",
  "test/types/jest/**",
];

/** Vitest 5 needs Node 22.12, 24 or 26. */
const runsOn = (vitest, node) => vitest === "4.1" || node >= 22;

/**
 * The legs that the filters leave; Jest's end-to-end tests run in the first leg of each Node.
 *
 * @param {{ node?: number, vitest?: string, suite?: string }} filters
 * @returns {Leg[]}
 */
export function selectLegs({ node, vitest, suite }) {
  if (node !== undefined && !SUPPORTED_MAJORS.includes(node)) {
    throw new RangeError(`--node ${node}: memspec supports Node ${SUPPORTED_MAJORS.join(", ")}`);
  }
  if (vitest !== undefined && vitest !== "4.1" && vitest !== "5") {
    throw new RangeError(`--vitest ${vitest}: memspec supports Vitest 4.1 and 5`);
  }
  const legs = [];
  for (const major of SUPPORTED_MAJORS.filter((candidate) => node === undefined || candidate === node)) {
    const versions = ["4.1", "5"].filter(
      (version) => runsOn(version, major) && (vitest === undefined || version === vitest),
    );
    versions.forEach((version, index) => {
      legs.push({ node: major, vitest: version, suites: index === 0 ? [...SUITES, "e2e-jest"] : SUITES });
    });
  }
  if (legs.length === 0) throw new RangeError(`Vitest ${vitest} does not run on Node ${node}`);
  if (suite === undefined) return legs;
  const chosen = legs.filter((leg) => leg.suites.includes(suite)).map((leg) => ({ ...leg, suites: [suite] }));
  if (chosen.length === 0) throw new RangeError(`--suite ${suite}: one of ${SUITES.join(", ")}, e2e-jest`);
  return chosen;
}
