/** The mixin that gives memory to any environment of Jest. */

import type { EnvironmentContext, JestEnvironment, JestEnvironmentConfig } from "@jest/environment";
import {
  type CaptureMode,
  MemspecError,
  type MemspecOptions,
  parseCapture,
  parseHardCap,
  parseObserve,
  parseReportOptions,
} from "@memspec/core/adapter";
import type { CircusEvent, CircusState } from "./circus.js";
import type { EnvironmentOptions } from "./declared.js";
import { splitOptions } from "./declared.js";
import { FileRun } from "./file-run.js";
import { findFolder, wantsSnapshots } from "./hand-over.js";
import type { ObservationPlan } from "./observation.js";

/** A class of Jest environments: `jest-environment-node`, `jest-environment-jsdom`, or your own. */
export type EnvironmentClass = new (config: JestEnvironmentConfig, context: EnvironmentContext) => JestEnvironment;

/** The part of an environment that the mixin touches, as methods: that is what the classes have. */
interface Methods {
  readonly global: object;
  teardown(): Promise<void>;
}

type EventHandler = (event: unknown, state: unknown) => Promise<void> | undefined;

/**
 * An environment that also checks memory: adds the matchers, measures the bodies of tests that have a limit, and fails the
 * test that forgot an `await`.
 *
 * Options are `testEnvironmentOptions.memory`; the base environment does not see them. A class that extends the result and
 * overrides `handleTestEvent` or `teardown` calls `super`'s.
 *
 * @param Base - environment to extend; its own handling of events comes first.
 * @throws MemspecError when the environment of a test file is made: `MEMSPEC_UNKNOWN_OPTION`, `MEMSPEC_INVALID_OPTION`,
 *   `MEMSPEC_INVALID_LIMIT`, `MEMSPEC_INVALID_SIZE`, for the options and for the file's docblock.
 */
export function withMemory<Base extends EnvironmentClass>(Base: Base): Base {
  // biome-ignore lint/suspicious/noExplicitAny: TypeScript wants a mixin's constructor to take `any[]` (TS2545).
  const Wide: new (...args: any[]) => Methods = Base;

  class MemoryEnvironment extends Wide {
    readonly #run: FileRun;
    readonly #inherited: EventHandler | undefined;

    // biome-ignore lint/suspicious/noExplicitAny: as above.
    constructor(...args: any[]) {
      const [config, context] = args as [JestEnvironmentConfig, EnvironmentContext];
      const { projectConfig, globalConfig } = config;
      const { memory, others } = splitOptions(projectConfig.testEnvironmentOptions as EnvironmentOptions);
      const { console, docblockPragmas, testPath } = context;
      const plan = observationPlan(projectConfig, globalConfig, testPath, memory);
      const run = new FileRun(
        projectConfig.rootDir,
        testPath,
        docblockPragmas,
        memory,
        plan,
        { project: projectConfig.displayName?.name ?? null, update: globalConfig.updateSnapshot },
        (text) => warnPlainly(console, text),
      );
      super({ ...config, projectConfig: { ...projectConfig, testEnvironmentOptions: others } }, context);
      this.#run = run;
      this.#inherited = takeHandler(this, Wide.prototype);
      run.enter(this.global, holdersOf(this, console));
    }

    // A method, so that a class which extends this one may override it.
    // No promise where there is nothing to wait for: circus sends ten events for each test.
    handleTestEvent(event: unknown, state: unknown): Promise<void> | undefined {
      const inherited = this.#inherited?.call(this, event, state);
      if (inherited === undefined) return this.#run.handle(event as CircusEvent, state as CircusState);
      return Promise.resolve(inherited).then(() => this.#run.handle(event as CircusEvent, state as CircusState));
    }

    override async teardown(): Promise<void> {
      this.#run.leave();
      const { global } = this;
      await super.teardown();
      // Jest gives an environment that was torn down no global.
      if (typeof global === "object" && global !== null) this.#run.left(global);
    }
  }

  return MemoryEnvironment as unknown as Base;
}

/**
 * By what Jest holds things until a file is over: spies that can be restored, what was ever set on the sandbox's global object, what was
 * logged and is yet to be shown.
 */
function holdersOf(environment: object, console: EnvironmentContext["console"]): readonly object[] {
  const { moduleMocker, _globalProxy } = environment as Readonly<Record<string, unknown>>;
  return [moduleMocker, _globalProxy, console].filter((holder) => typeof holder === "object" && holder !== null);
}

/** Who wants to know of the file: nobody, where no reporter of memspec's is at work. */
function observationPlan(
  { id, displayName }: JestEnvironmentConfig["projectConfig"],
  { workerThreads }: JestEnvironmentConfig["globalConfig"],
  path: string,
  { capture, observe, hardCap, report }: MemspecOptions,
): ObservationPlan | undefined {
  const folder = findFolder();
  const parsed = parseObserve(observe, "testEnvironmentOptions.memory");
  if (folder === undefined || parsed === null) return undefined;
  return {
    ...parsed,
    hardCap: parseHardCap(hardCap, "testEnvironmentOptions.memory"),
    heapsnapshot: wantsSnapshots(folder) ?? parseReportOptions(report).artifacts?.heapsnapshot === true,
    capture: capturesIn(capture, workerThreads),
    folder,
    id: { project: id, path },
    projectName: displayName?.name ?? null,
  };
}

/** A process has one recording, and with worker threads runs several files at once. */
function capturesIn(capture: MemspecOptions["capture"], workerThreads: boolean | undefined): CaptureMode | null {
  const mode = parseCapture(capture, "testEnvironmentOptions.memory");
  if (mode !== null && workerThreads === true) {
    throw new MemspecError("MEMSPEC_INVALID_OPTION", `memspec: capture: "${mode}" is not for Jest's workerThreads.`, {
      value: mode,
      hint: "Threads run several test files in one process, of which there is one capture: leave workerThreads out.",
    });
  }
  return mode;
}

/** Jest shows below each message the stack that it came by, which here would be memspec's alone. */
function warnPlainly(console: EnvironmentContext["console"], text: string): void {
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  console.warn(text);
  Error.stackTraceLimit = depth;
}

/** The base's handler, be it a method of its class or a field of the instance, which would hide our method. */
function takeHandler(environment: object, prototype: object): EventHandler | undefined {
  const holder: { handleTestEvent?: EventHandler } = environment;
  if (!Object.hasOwn(environment, "handleTestEvent")) {
    return (prototype as { handleTestEvent?: EventHandler }).handleTestEvent;
  }
  const own = holder.handleTestEvent;
  delete holder.handleTestEvent;
  return own;
}
