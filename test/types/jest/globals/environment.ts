/** The environment, the mixin and the preset have types that environments of users can be built on. */

import MemoryEnvironment, { withMemory } from "@memspec/jest/environment";
import preset from "@memspec/jest/jest-preset";
import { TestEnvironment } from "jest-environment-node";

class Own extends TestEnvironment {
  readonly mine: boolean = true;
}

const Both = withMemory(Own);
export const use = (environment: InstanceType<typeof Both>): boolean => environment.mine;

export class Further extends MemoryEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
  }
}

export const environment: string = preset.testEnvironment;

// @ts-expect-error not a class of environments
withMemory(class {});
