/** A file's report taken over into another report: later times, other tables of stacks. Pure. */

import type { FileReport, RunDeath, RunLeakGroup, RunLeaks, RunSite, TestReport, TimelinePoint } from "./run-report.js";

export interface NewPlace {
  /** Its run began so much later. */
  readonly shiftMs: number;
  readonly toStack: (stack: number) => number;
  /** The shard that all files of its run ran in; `undefined`: each names its own, or there are none. */
  readonly shard: number | undefined;
}

export function moveFile(file: FileReport, place: NewPlace): FileReport {
  const { shard } = place;
  return {
    ...file,
    ...(shard === undefined ? {} : { shard }),
    startedMs: file.startedMs + place.shiftMs,
    sites: moveSites(file.sites, place),
    moduleSites: moveSites(file.moduleSites, place),
    tests: file.tests.map(
      (test): TestReport => ({
        ...test,
        sites: moveSites(test.sites, place),
        ...(test.checkSites === undefined ? {} : { checkSites: moveSites(test.checkSites, place) }),
        leaks: test.leaks === null ? null : moveLeaks(test.leaks, place),
      }),
    ),
    leaks: file.leaks === null ? null : moveLeaks(file.leaks, place),
    death: file.death === null ? null : moveDeath(file.death, place),
    timeline: file.timeline.map((point) => movePoint(point, place)),
  };
}

function moveSite(site: RunSite, { toStack }: NewPlace): RunSite {
  return { ...site, stack: toStack(site.stack) };
}

function moveSites(sites: readonly RunSite[], place: NewPlace): readonly RunSite[] {
  return sites.map((site) => moveSite(site, place));
}

function movePoint(point: TimelinePoint, { shiftMs }: NewPlace): TimelinePoint {
  return { ...point, ms: point.ms + shiftMs };
}

function moveDeath(death: RunDeath, place: NewPlace): RunDeath {
  return {
    ...death,
    last: death.last === null ? null : movePoint(death.last, place),
    sites: moveSites(death.sites, place),
  };
}

function moveLeaks(leaks: RunLeaks, place: NewPlace): RunLeaks {
  return {
    ...leaks,
    groups: leaks.groups.map((group) => moveGroup(group, place)),
    ignored: leaks.ignored.map(({ group, reason }) => ({ group: moveGroup(group, place), reason })),
  };
}

function moveGroup(group: RunLeakGroup, place: NewPlace): RunLeakGroup {
  return { ...group, site: group.site === null ? null : moveSite(group.site, place) };
}
