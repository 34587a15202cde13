/** Sites as a `.heapprofile`: Chrome DevTools (Memory, Load), VS Code and speedscope open it. Pure. */

import { MemspecError } from "../errors/memspec-error.js";
import type { RunReport, RunSite } from "../runs/run-report.js";
import { createHeapProfileBuilder, type HeapProfile } from "./heap-profile-builder.js";
import { testName } from "./run-summary.js";
import { type StackTables, stackOf } from "./stacks.js";

/**
 * Allocated bytes of sites as a tree of calls. The sizes of all nodes together are the bytes of all sites together.
 *
 * @param sites of a test, a file or a run; those of other spaces than the heap stand below a node that names the space
 */
export function toHeapProfile(sites: readonly RunSite[], tables: StackTables): HeapProfile {
  const builder = createHeapProfileBuilder();
  for (const site of sites) builder.add(site.space, [...stackOf(site.stack, tables)].reverse(), site.bytes);
  return builder.build();
}

/** Of which file and tests sites are; none: of all files. */
export interface SiteSelection {
  readonly file?: string;
  /** Names of the blocks and the test with " > " between them, as reports show it. */
  readonly test?: string;
}

/** @throws MemspecError `MEMSPEC_INVALID_OPTION` where the run has no such file or test */
export function selectSites(report: RunReport, { file, test }: SiteSelection): readonly RunSite[] {
  const files = report.files.filter(({ path }) => file === undefined || path === file);
  if (files.length === 0) throw nothingOf(`there is no test file ${JSON.stringify(file)} in the report`, file);
  if (test === undefined) return files.flatMap(({ sites }) => sites);
  const tests = files.flatMap(({ tests }) => tests).filter(({ name }) => testName(name) === test);
  if (tests.length === 0) throw nothingOf(`there is no test ${JSON.stringify(test)} in the report`, test);
  return tests.flatMap(({ sites }) => sites);
}

function nothingOf(fact: string, value: unknown): MemspecError {
  return new MemspecError("MEMSPEC_INVALID_OPTION", `${fact}.`, {
    value,
    hint: "Names are those that the report shows.",
  });
}
