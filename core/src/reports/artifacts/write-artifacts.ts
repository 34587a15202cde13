/** Files for tests that failed for their memory, beside the report: what Chrome DevTools opens. */

import { copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { type ArtifactPlan, DEFAULT_FOLDER } from "../../limits/report-options.js";
import type { Artifact, FileReport, RunReport, RunSite, TestReport } from "../../runs/run-report.js";
import { relativePath } from "../../runs/stack-tables.js";
import { makeFolder, writeFiles } from "../files.js";
import { toHeapProfile } from "../heap-profile.js";
import { createArtifactNames } from "./names.js";

/**
 * Writes a profile for each test (and each file) that broke a limit, failed a memory assertion or leaks, and moves captures and heap snapshots of its
 * worker to their place. What cannot be written is a note of the report, and no failure.
 *
 * @param plan `null`: nothing is written
 * @param root absolute
 * @returns the report with the files that are there
 */
export function writeArtifacts(report: RunReport, plan: ArtifactPlan | null, root: string): RunReport {
  const names = createArtifactNames();
  const problems: unknown[] = [];
  const attempt = (write: () => void): boolean => {
    try {
      write();
      return true;
    } catch (error) {
      problems.push(error);
      return false;
    }
  };
  const bases = new Map<FileReport | TestReport, string>();
  const baseFor = (file: FileReport, test: TestReport | null, folder: string): string => {
    const known = bases.get(test ?? file);
    if (known !== undefined) return known;
    const base = path.resolve(root, folder, names.nameFor(file.project, file.path, test?.name ?? null));
    bases.set(test ?? file, base);
    return base;
  };
  const artifactsOf = (file: FileReport, test: TestReport | null): readonly Artifact[] => {
    // A worker leaves them by their absolute paths, in a folder that goes with the run.
    const left = (test?.artifacts ?? []).filter(({ path: from }) => path.isAbsolute(from) && existsSync(from));
    if (plan === null || !failsForMemory(test ?? file)) return [];
    const base = baseFor(file, test, plan.folder);
    const made: Artifact[] = [];
    const sites = sitesFor(file, test);
    const profile = `${base}.heapprofile`;
    const text = (): string => `${JSON.stringify(toHeapProfile(sites, report))}\n`;
    if (sites.length > 0 && attempt(() => writeFiles([{ path: profile, text: text(), append: false }]))) {
      made.push({ kind: "heapprofile", path: relativePath(root, profile) });
    }
    for (const snapshot of left) {
      const target = `${base}.heapsnapshot`;
      if (attempt(() => move(snapshot.path, target))) {
        made.push({ kind: "heapsnapshot", path: relativePath(root, target) });
      }
    }
    return made;
  };
  // Captures are asked for by an option of their own.
  const captureOf = (file: FileReport): readonly Artifact[] => {
    const left = (file.artifacts ?? []).filter(({ path: from }) => path.isAbsolute(from) && existsSync(from));
    return left.flatMap((capture): readonly Artifact[] => {
      const target = `${baseFor(file, null, plan?.folder ?? DEFAULT_FOLDER)}.memspec`;
      const moved = attempt(() => move(capture.path, target));
      return moved ? [{ kind: "capture", path: relativePath(root, target) }] : [];
    });
  };
  const files = report.files.map((file): FileReport => {
    const { artifacts: _carried, ...rest } = file;
    const own = [...captureOf(file), ...artifactsOf(file, null)];
    return {
      ...rest,
      ...(own.length === 0 ? {} : { artifacts: own }),
      tests: file.tests.map((test): TestReport => {
        // Nearly all of them, of thousands.
        if (test.artifacts === undefined && !failsForMemory(test)) return test;
        const { artifacts: _left, ...rest } = test;
        const made = artifactsOf(file, test);
        return made.length === 0 ? rest : { ...rest, artifacts: made };
      }),
    };
  });
  return { ...report, files, notes: [...report.notes, ...notesOn(problems)] };
}

/** A limit, a baseline, a matcher or a leak check. */
function failsForMemory(subject: TestReport | FileReport): boolean {
  if (subject.leaks?.verdict === "leak") return true;
  if (!("breaches" in subject)) return false;
  return subject.breaches.length > 0 || (subject.checkSites !== undefined && subject.state === "failed");
}

/** The finest that is known: of the failed measurement, of the test, of its file. */
function sitesFor(file: FileReport, test: TestReport | null): readonly RunSite[] {
  return [test?.checkSites ?? [], test?.sites ?? [], file.sites].find((sites) => sites.length > 0) ?? [];
}

/** The worker's folder may be of another file system. */
function move(from: string, to: string): void {
  makeFolder(path.dirname(to));
  try {
    renameSync(from, to);
  } catch {
    copyFileSync(from, to);
    rmSync(from, { force: true });
  }
}

function notesOn(problems: readonly unknown[]): readonly string[] {
  const [first] = problems;
  if (first === undefined) return [];
  const reason = first instanceof Error ? first.message.split("\n")[0] : String(first);
  const what = problems.length === 1 ? "A file" : `${problems.length} files`;
  return [`${what} for failed tests could not be written: ${reason}`];
}
