/** Version of `@memspec/core`; the addon's must be the same. A test holds it to `package.json`. */
export const VERSION = "0.1.0";
