/** The plugin for `vitest.config`: `plugins: [memspec({ limits: { default: "50MB" } })]`. Runs in Vitest's main process. */

import { fileURLToPath } from "node:url";
import {
  type CaptureMode,
  MemspecError,
  type MemspecOptions,
  parseCapture,
  parseHardCap,
  parseObserve,
  parseOptions,
  parseReportOptions,
} from "@memspec/core/adapter";
import type { ResolvedConfig, VitestPluginContext } from "vitest/node";
import "./assertion-types.js";
import type { BetweenTests } from "./each-hooks.js";
import { withoutOwnFrames } from "./own-frames.js";
import "./provided.js";
import { MemspecReporter } from "./reporter.js";

export type { MemspecOptions } from "@memspec/core/adapter";

/** The part of a Vite plugin that memspec uses, told by structure: a project may have another version of Vite than ours. */
export interface MemspecPlugin {
  readonly name: "memspec";
  config(config: UserConfig): UserConfig;
  configureVitest(context: VitestPluginContext): void;
}

interface UserConfig {
  readonly test?: {
    readonly server?: { readonly deps?: { readonly inline?: boolean | readonly (string | RegExp)[] } };
  };
}

/** The ES module also when this is the CommonJS build: Vitest cannot be required. */
const setupFile = fileURLToPath(new URL("../esm/setup.js", import.meta.url)).replaceAll("\\", "/");

function exactly(file: string): RegExp {
  return new RegExp(`^(?:file://)?${file.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&")}$`, "u");
}

/**
 * Installs memspec's matchers and limits, and the observation of the run with its reporter, in every project of the configuration
 * that this plugin belongs to.
 *
 * Inline projects that do not extend the root configuration have plugins of their own: give it to them too. Projects
 * that run in a browser are left alone.
 *
 * @throws MemspecError `MEMSPEC_UNKNOWN_OPTION`, naming the nearest right one; `MEMSPEC_INVALID_OPTION`;
 *   `MEMSPEC_INVALID_SIZE`; `MEMSPEC_INVALID_LIMIT`. Raised while the configuration loads.
 */
export function memspec(options?: MemspecOptions): MemspecPlugin {
  const parsed = parseOptions(options ?? {});
  return {
    name: "memspec",
    config(config) {
      // Vitest evaluates a setup file anew for each test file only when it is inlined, and files in node_modules are not.
      // With `isolate: false` the second file would go without matchers.
      const inlined = config.test?.server?.deps?.inline === true;
      return inlined ? {} : { test: { server: { deps: { inline: [exactly(setupFile)] } } } };
    },
    configureVitest({ vitest, project }) {
      if (project.isBrowserEnabled()) return;
      // First, so that memory is known and code has lines before the user's own setup files run. A project may list the
      // setup file itself, too.
      project.config.setupFiles = [setupFile, ...project.config.setupFiles.filter((file) => file !== setupFile)];
      project.config.onStackTrace = withoutOwnFrames(project.config.onStackTrace);
      // Who watches runs a few files again and again: no run to report on.
      const plan = vitest.config.watch ? null : parseObserve(parsed.observe, "memspec");
      const { index, count } = vitest.config.shard ?? {};
      const shard = index === undefined || count === undefined ? null : { index, count };
      project.provide("memspec", {
        options: parsed,
        root: project.config.root,
        isolate: project.config.isolate,
        between: betweenTests(project.config),
        observe:
          plan === null
            ? null
            : {
                ...plan,
                hardCap: parseHardCap(parsed.hardCap, "memspec"),
                heapsnapshot: parseReportOptions(parsed.report).artifacts?.heapsnapshot === true,
                shard,
                capture: capturesIn(parsed, project.config.pool),
                stateFolder: reporterOf(vitest, parsed).stateFolder,
              },
      });
    },
  };
}

function betweenTests(config: ResolvedConfig): BetweenTests {
  const { clearMocks, mockReset, restoreMocks, unstubEnvs, unstubGlobals } = config;
  return { hooks: config.sequence.hooks, clearMocks, mockReset, restoreMocks, unstubEnvs, unstubGlobals };
}

/** A process has one recording, and in a pool of threads runs several files at once. */
function capturesIn({ capture }: MemspecOptions, pool: string): CaptureMode | null {
  const mode = parseCapture(capture, "memspec");
  if (mode !== null && THREAD_POOLS.includes(pool)) {
    throw new MemspecError(
      "MEMSPEC_INVALID_OPTION",
      `memspec: capture: "${mode}" is not for Vitest's pool "${pool}".`,
      {
        value: mode,
        hint: 'Threads run several test files in one process, of which there is one capture: use pool: "forks" or "vmForks".',
      },
    );
  }
  return mode;
}

const THREAD_POOLS: readonly string[] = ["threads", "vmThreads"];

/** One for the whole run, however many projects have the plugin: that of the first one's options. */
function reporterOf(vitest: VitestPluginContext["vitest"], options: MemspecOptions): MemspecReporter {
  const reporters = vitest.config.reporters as unknown[];
  const known = reporters.find((reporter): reporter is MemspecReporter => reporter instanceof MemspecReporter);
  if (known !== undefined) return known;
  const added = new MemspecReporter(options);
  reporters.push(added);
  return added;
}

export default memspec;
