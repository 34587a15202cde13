/** Bodies of tests run inside of memspec: its frames would be in the stack of every failed test, below the user's. */

import type { VitestPluginContext } from "vitest/node";

type FrameFilter = NonNullable<VitestPluginContext["project"]["config"]["onStackTrace"]>;

const OWN = /[\\/]node_modules[\\/]@memspec[\\/]/u;

/** The filter of frames for a project: `filter` of the user's, without memspec's own frames. */
export function withoutOwnFrames(filter: FrameFilter | undefined): FrameFilter {
  return (error, frame) => {
    if (OWN.test(frame.file) && !isOwnFault(error)) return false;
    return filter?.(error, frame);
  };
}

/** An error that came up in memspec itself and was not meant for the user keeps the frames that explain it. */
function isOwnFault({ stack }: { readonly stack?: string }): boolean {
  return OWN.test(/^\s*at .*$/mu.exec(stack ?? "")?.[0] ?? "");
}
