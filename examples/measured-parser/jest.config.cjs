/** @type {import("jest").Config} */
module.exports = {
  preset: "@memspec/jest",
  testMatch: ["<rootDir>/test/jest/**/*.test.ts"],
  testTimeout: 60_000,
  transform: { "\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" } }] },
};
