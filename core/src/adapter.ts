/** What memspec's own packages build on, beside the public interface. Not for use in tests. */

export { ERROR_CODES, type MemspecErrorCode } from "./errors/codes.js";
export { isMemspecError, MemspecError } from "./errors/memspec-error.js";
