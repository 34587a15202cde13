/** Which leaks count: those that nobody ignores and nobody knows. Pure. */

import { pathOfUrl } from "../analysis/source-path.js";
import { sortOut } from "../leaks/ignore.js";
import type { LeakGroup, LeakIgnore } from "../leaks/types.js";
import type { LeaksRecord, SignedGroup } from "../observe/payload.js";
import { knowledgeOf } from "./known-leaks.js";
import type { FileGate } from "./options.js";
import { signatureOf } from "./signature.js";

export interface SortedLeaks extends Pick<LeaksRecord, "groups" | "ignored"> {
  /** What is to be said of entries that count again, in sentences. */
  readonly notes: readonly string[];
}

/**
 * @param today "YYYY-MM-DD", in UTC
 * @param excuse why a group is no leak by itself; `null`: nothing excuses it
 */
export function sortLeaks(
  groups: readonly LeakGroup[],
  gate: FileGate,
  today: string,
  excuse: (group: LeakGroup) => string | null = () => null,
): SortedLeaks {
  const counted: SignedGroup[] = [];
  const ignored: LeaksRecord["ignored"][number][] = [];
  const notes: string[] = [];
  for (const group of groups) {
    const signed = { ...group, signature: signatureOf(group, gate.root) };
    const entry = gate.ignore.find((candidate) => isMeant(candidate, group));
    const reason = entry?.reason ?? excuse(group);
    if (reason !== null) {
      ignored.push({ group: signed, reason });
      continue;
    }
    const knowledge = knowledgeOf(signed.signature, gate.known, today);
    if (knowledge.known === "yes") {
      ignored.push({ group: signed, reason: knowledge.reason });
      continue;
    }
    if (knowledge.known !== "no") {
      notes.push(
        `${signed.signature} was known until ${knowledge.until} (${knowledge.reason}): that day has passed, so it counts again.`,
      );
    }
    counted.push(signed);
  }
  return { groups: counted, ignored, notes };
}

const ALLOWS_NOTHING = { bytes: 0, instances: 0 };

/** As in `toNotLeak`; a file is also meant where the way to the group leads through it, for a whole file's leaks have no stack. */
function isMeant(entry: LeakIgnore, group: LeakGroup): boolean {
  if (sortOut([group], { ignore: [entry], allow: ALLOWS_NOTHING }).ignored.length > 0) return true;
  if (!("file" in entry)) return false;
  const { file } = entry;
  const places = [group.path?.place, ...(group.path?.steps ?? []).map(({ place }) => place)];
  return places.some((place) => {
    const name = place == null ? "" : pathOfUrl(place.url).replaceAll("\\", "/");
    if (name === "") return false;
    if (typeof file === "string") return name.includes(file);
    file.lastIndex = 0;
    return file.test(name);
  });
}
