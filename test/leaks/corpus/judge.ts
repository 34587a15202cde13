// What is wrong with a leak report on a case of the corpus, in sentences; none when all is right.
import type { LeakGroup, LeakReport } from "../../../core/src/leaks/types.js";
import type { Expected, LeakCase } from "./case.js";

/** Survivors a call may be a little off where a batch ends in the middle of something. */
const COUNT_TOLERANCE = 0.1;

/** Whether the verdict is the label. */
export function wrongVerdict({ leaks, latePlateau }: LeakCase, report: LeakReport): string | null {
  const right = leaks ? ["leak"] : latePlateau === true ? ["clean", "inconclusive"] : ["clean"];
  if (right.includes(report.verdict)) return null;
  return `"${report.verdict}" where it is ${right.map((verdict) => `"${verdict}"`).join(" or ")}: ${summary(report)}`;
}

/** Whether the report says of a leak what its source says. */
export function wrongEvidence({ expected }: LeakCase, report: LeakReport): readonly string[] {
  if (expected === undefined || report.verdict !== "leak") return [];
  const inSpace = report.groups.filter(({ space }) => space === expected.space);
  const named = inSpace.filter(({ type }) => expected.type === null || isCalled(type, expected.type));
  // A listener, a promise or a registration may hold what stays, and says so.
  const holder = inSpace.find(({ holds }) => holds.some(({ type }) => isCalled(type, expected.type ?? "")));
  const candidates = named.length > 0 ? named : holder === undefined ? [] : [holder];
  // Several may be of one type: a realm brings Objects of its own. One of them is to be right in all.
  const [best] = candidates
    // How many there are of the holder is not how many it holds.
    .map((group) => complaintsOf(group, expected, named.length > 0))
    .sort((a, b) => a.length - b.length);
  return best ?? [`no group of ${expected.type ?? "any type"} in the space ${expected.space}: ${summary(report)}`];
}

function complaintsOf(group: LeakGroup, expected: Expected, counts: boolean): readonly string[] {
  return [counts ? wrongAmount(group, expected) : null, wrongSite(group, expected), wrongPath(group, expected)].filter(
    (complaint) => complaint !== null,
  );
}

function isCalled(type: string, expected: string): boolean {
  return type === expected || type.startsWith(`${expected} `);
}

function wrongAmount({ countPerCall, bytesPerCall, retainedBytes }: LeakGroup, expected: Expected): string | null {
  const { countPerCall: count, minBytesPerCall: least } = expected;
  if (count !== undefined && (countPerCall === null || Math.abs(countPerCall - count) > COUNT_TOLERANCE)) {
    return `${countPerCall} a call where the source keeps ${count}`;
  }
  const most = Math.max(bytesPerCall ?? 0, retainedBytes ?? 0);
  if (least !== undefined && most < least) return `${most} B a call where the source keeps ${least} B`;
  return null;
}

function wrongSite({ site }: LeakGroup, { allocatingFunction }: Expected): string | null {
  const names = site?.stack.map(({ functionName }) => functionName) ?? [];
  // A method may be told with its class: "Account.record".
  if (names.some((name) => name.split(".").at(-1) === allocatingFunction)) return null;
  return `allocated in ${names.join(" < ") || "(unknown)"} where the source says ${allocatingFunction}`;
}

function wrongPath({ path }: LeakGroup, { retainingName }: Expected): string | null {
  if (retainingName === null) return null;
  const names = [path?.root ?? "", ...(path?.steps.flatMap(({ name, type }) => [name, type]) ?? [])];
  if (names.includes(retainingName)) return null;
  return `kept by ${names.join(" > ") || "(unknown)"} where the source says ${retainingName}`;
}

/** A report in one line. */
function summary({ groups, reason, growth, calls, batchCalls, callsToDecide }: LeakReport): string {
  const list = groups.map(
    ({ space, type, countPerCall, bytesPerCall }) =>
      `${type || "?"} in ${space} (${countPerCall}, ${bytesPerCall} B a call)`,
  );
  const figures = Object.entries(growth).map(([space, amount]) => `${space} ${amount}`);
  return [
    `groups: ${list.join(", ") || "none"}`,
    `growth a call: ${figures.join(", ")}`,
    `calls: ${calls.total}, ${batchCalls} a batch`,
    ...(callsToDecide === null ? [] : [`${callsToDecide} would decide`]),
    ...(reason === null ? [] : [reason]),
  ].join("; ");
}
