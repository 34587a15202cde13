/**
 * Runs the same tests on real trackers: without the addon everywhere, with it where it is there. Each test gets modules of its
 * own, so that it chooses the tracker anew.
 */
import { load } from "@memspec/native";
import { afterAll, beforeEach, describe, vi } from "vitest";
import type * as Trackers from "../../core/src/capture/current-tracker.js";
import type * as Core from "../../core/src/index.js";
import type * as Measuring from "../../core/src/measure/measure.js";
import type * as Survivors from "../../core/src/measure/survivors.js";

export interface Loaded {
  core: typeof Core;
  measuring: typeof Measuring;
  survivors: typeof Survivors;
  trackers: typeof Trackers;
  /** What a test keeps alive; emptied before each. */
  kept: unknown[];
}

export type Kind = "native" | "javascript";

const SWITCHED_OFF = "it is switched off";

const KINDS: readonly Kind[] = load().error === undefined ? ["native", "javascript"] : ["javascript"];

/** @param loaded filled before each test */
export function onBothTrackers(tests: (kind: Kind, loaded: Loaded) => void): void {
  // Settled collections of a runner's heap take a second on a busy machine.
  vi.setConfig({ testTimeout: 60_000 });
  describe.each(KINDS)("%s tracker", (kind) => {
    const loaded = { kept: [] } as unknown as Loaded;
    beforeEach(async () => {
      vi.resetModules();
      vi.doMock("../../core/src/capture/native-package.js", () => ({
        load: kind === "native" ? load : () => ({ error: SWITCHED_OFF }),
      }));
      loaded.kept = [];
      loaded.core = await import("../../core/src/index.js");
      loaded.measuring = await import("../../core/src/measure/measure.js");
      loaded.survivors = await import("../../core/src/measure/survivors.js");
      loaded.trackers = await import("../../core/src/capture/current-tracker.js");
    });
    afterAll(() => {
      vi.doUnmock("../../core/src/capture/native-package.js");
    });
    tests(kind, loaded);
  });
}

/** What `body` throws, or `undefined`. */
export function caught(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}

export function makeObjects(count: number): object[] {
  const made: object[] = [];
  for (let index = 0; index < count; index += 1) made.push({ index, name: "n" });
  return made;
}
