/** A capture as a `.heapprofile`: Chrome DevTools (Memory, Load profile), VS Code and speedscope open it. */

import { createHeapProfileBuilder, type HeapProfile } from "../../heap-profile-builder.js";
import { type ExportSource, exportModel, frameName, stackOf, sumsByStack } from "./export-model.js";

/** The heap's stacks begin at the root; those of buffers and native memory below a node that names the space. */
export function captureToHeapProfile(source: ExportSource): HeapProfile {
  const { rows, view } = exportModel(source);
  const builder = createHeapProfileBuilder();
  for (const space of view.spaces) {
    for (const { node, bytes } of sumsByStack(rows.filter((row) => row.space === space))) {
      const stack = stackOf(source.tree, node).map((frame) => ({ ...frame, functionName: frameName(frame) }));
      builder.add(space, stack.reverse(), bytes);
    }
  }
  return builder.build();
}
