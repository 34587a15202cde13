import type { IgnoredLeak, LeakGroup, LeakIgnore, LeakName, LeakPlan } from "./types.js";

/** Groups that count, and those that do not, each with the reason. */
export function sortOut(
  groups: readonly LeakGroup[],
  plan: Pick<LeakPlan, "ignore" | "allow">,
): { readonly counted: readonly LeakGroup[]; readonly ignored: readonly IgnoredLeak[] } {
  const counted: LeakGroup[] = [];
  const ignored: IgnoredLeak[] = [];
  for (const group of groups) {
    const entry = plan.ignore.find((candidate) => isMeant(candidate, group));
    if (entry !== undefined) ignored.push({ group, reason: entry.reason });
    else if (isAllowed(group, plan.allow)) ignored.push({ group, reason: "allowed" });
    else counted.push(group);
  }
  return { counted, ignored };
}

function isMeant(entry: LeakIgnore, group: LeakGroup): boolean {
  if ("group" in entry) return entry.group(group) === true;
  if ("type" in entry) return isNamed(entry.type, group.type, false);
  const frames = group.site?.stack ?? [];
  if ("function" in entry) return frames.some((frame) => isNamed(entry.function, frame.functionName, false));
  const files = [...frames.map(({ file }) => file), group.place?.url ?? ""];
  return files.some((file) => isNamed(entry.file, file.replaceAll("\\", "/"), true));
}

function isNamed(name: LeakName, text: string, partly: boolean): boolean {
  if (typeof name === "string") return partly ? text.includes(name) : text === name;
  // A global or sticky expression goes on where it stopped.
  name.lastIndex = 0;
  return name.test(text);
}

/** An allowance that is not given allows nothing. */
function isAllowed(group: LeakGroup, allow: LeakPlan["allow"]): boolean {
  const withinBytes = allow.bytes > 0 && (group.retainedBytes ?? group.bytesPerCall ?? 0) <= allow.bytes;
  const withinCount = allow.instances > 0 && group.countPerCall !== null && group.countPerCall <= allow.instances;
  if (group.bytesPerCall === null) return withinCount;
  return (withinBytes || allow.bytes === 0) && (withinCount || allow.instances === 0) && (withinBytes || withinCount);
}
