/** `preset: "@memspec/jest"`: the Node environment with memory, the reporter, and the matchers for files that choose another environment. */

interface Preset {
  readonly testEnvironment: string;
  readonly setupFilesAfterEnv: readonly string[];
  readonly reporters: readonly string[];
}

const preset: Preset = {
  testEnvironment: "@memspec/jest/environment",
  setupFilesAfterEnv: ["@memspec/jest/setup"],
  reporters: ["default", "@memspec/jest/reporter"],
};

export default preset;
