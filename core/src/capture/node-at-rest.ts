import { isArmed } from "./arm.js";
import { loadAddon } from "./load-addon.js";
import { hop } from "./settle.js";

/** Compile, instantiate, once more where the machine lacks an instruction, and one round to see that nothing came after. */
const ROUNDS = 4;

let isAtRest = false;

/**
 * Waits, where the tracker is armed, for what Node itself began earlier and ends on another thread: the WebAssembly of
 * its HTTP parser is compiled as soon as anybody looks at `globalThis.WebSocket`, as runners do, and its 131 kB of memory
 * would else come up in the first test that awaits anything. Once in a process, as Node does it, whose files share it.
 */
export async function nodeAtRest(): Promise<void> {
  if (isAtRest || !isArmed()) return;
  const { binding } = loadAddon();
  if (binding === null) return;
  for (let round = 0; round < ROUNDS; round += 1) {
    binding.quiesce();
    // What a thread has ended comes back as a task of the event loop, and continues in microtasks.
    await hop();
    await hop();
  }
  isAtRest = true;
}
