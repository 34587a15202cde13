/** What memspec's own packages build on, beside the public interface. Not for use in tests. */
export { MemspecError, isMemspecError } from "./errors/memspec-error.js";
export { ERROR_CODES, type MemspecErrorCode } from "./errors/codes.js";
