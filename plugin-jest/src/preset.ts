/** `preset: "@memspec/jest"`: the Node environment with memory, and the matchers for files that choose another environment. */

interface Preset {
  readonly testEnvironment: string;
  readonly setupFilesAfterEnv: readonly string[];
}

const preset: Preset = {
  testEnvironment: "@memspec/jest/environment",
  setupFilesAfterEnv: ["@memspec/jest/setup"],
};

export default preset;
