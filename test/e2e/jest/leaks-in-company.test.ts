/** Leak checks of Jest while coverage is measured, with each of its providers, in workers and in band. */

import { afterAll, describe, expect, test, vi } from "vitest";
import { failureOf, failures } from "./failures.js";
import { installJest, jestProject, MODES, runJest, TRANSFORMS } from "./run-jest.js";

vi.setConfig({ testTimeout: 240_000 });

const installation = installJest();

afterAll(() => installation.remove());

const PROVIDERS = [
  ["babel", TRANSFORMS.babel],
  ["v8", TRANSFORMS.swc],
] as const;

const FILES = ["./debugger.test.ts", "./plain.test.ts"];

describe.each(PROVIDERS)("coverage by %s", (provider, transform) => {
  const project = jestProject(installation, "leaks-in-company", {
    preset: "@memspec/jest",
    transform,
    collectCoverage: true,
    coverageProvider: provider,
    coverageReporters: ["text"],
    testEnvironmentOptions: { memory: { toNotLeak: { timeout: 55_000 } } },
  });

  test.each(MODES)(
    "%s the clean function is clean, and the leaking one is found with type, place and path",
    async (_, flag) => {
      const run = await runJest(installation, project, { args: [flag] });
      expect(failures(run.text)).toEqual(Object.fromEntries(FILES.map((file) => [file, ["leak"]])));
      for (const file of FILES) {
        const message = failureOf(run.text, file, "leak");
        expect(message).toMatch(/● Session +sessions\.ts/u);
        expect(message).toMatch(/grows +1 a call/u);
        expect(message).toMatch(/allocated +openSession +sessions\.ts:8:/u);
        expect(message).toMatch(/alive by +module sessions\.ts → variable sessions \(Map\) → value \(Session\)/u);
      }
      // There was coverage, and of this file.
      expect(run.text).toMatch(/^ *sessions\.ts +\| +100 \|/mu);
    },
  );
});
