/** What a file's events name: strings, scripts, modules, frames, nodes, stacks, threads. */

import { DefinitionType, StackFlag } from "../format/format.js";
import { ByteCursor } from "./byte-cursor.js";
import { Column32, Column64 } from "./columns.js";
import { MAX_ISOLATES, MAX_THREADS } from "./event-fields.js";
import { type Budget, checkCount } from "./malformed.js";

/** Roughly, of a string, a number in a map, an object of a few fields. */
const STRING_BYTES = 48;
const ENTRY_BYTES = 40;
const MODULE_BYTES = 120;
/** Of a node and a frame: what the tree of stacks will need for them. */
const NODE_BYTES = 128;
const FRAME_BYTES = 256;
const TWO_TO_32 = 2 ** 32;

/** A mapped file of machine code. */
export interface NativeModule {
  /** Path when the program ran. */
  readonly path: string;
  /** In hexadecimal digits; "": none. */
  readonly buildId: string;
  readonly loadBias: number;
  readonly firstAddress: number;
  readonly endAddress: number;
}

export interface DefinedThread {
  readonly systemId: number;
  readonly name: string;
  readonly isolate: number;
}

export class Definitions {
  readonly #budget: Budget;
  // All are numbered from 1: entry 0 stands for "none".
  readonly strings: string[] = [""];
  readonly scripts: { readonly name: string; readonly sourceMapUrl: string }[] = [{ name: "", sourceMapUrl: "" }];
  readonly modules: NativeModule[] = [{ path: "", buildId: "", loadBias: 0, firstAddress: 0, endAddress: 0 }];
  readonly threads: Map<number, DefinedThread> = new Map();
  readonly isolates: Map<number, { readonly isWorker: boolean; readonly name: string }> = new Map();
  // Frames. `frameIsNative` 1: `frameScript` is the module, `framePosition` the offset in it.
  readonly frameIsNative: Column32;
  readonly frameName: Column32;
  readonly frameScript: Column32;
  readonly framePosition: Column64;
  readonly frameColumn: Column32;
  readonly frameFlags: Column32;
  readonly nodeParent: Column32;
  readonly nodeFrame: Column32;
  readonly #stackNode = new Map<number, number>();

  constructor(budget: Budget) {
    this.#budget = budget;
    this.frameIsNative = new Column32(budget);
    this.frameName = new Column32(budget);
    this.frameScript = new Column32(budget);
    this.framePosition = new Column64(budget);
    this.frameColumn = new Column32(budget);
    this.frameFlags = new Column32(budget);
    this.nodeParent = new Column32(budget);
    this.nodeFrame = new Column32(budget);
    this.#pushFrame(0, 0, 0, 0, 0, 0);
    this.nodeParent.push(0);
    this.nodeFrame.push(0);
  }

  /** `undefined`: the stack is not defined. */
  stack(id: number): { readonly node: number; readonly flags: number } | undefined {
    const packed = this.#stackNode.get(id);
    return packed === undefined ? undefined : { node: Math.floor(packed / 4), flags: packed % 4 };
  }

  isolateOf(thread: number): number {
    return this.threads.get(thread)?.isolate ?? 0;
  }

  /** @throws Malformed */
  read(payload: Uint8Array): void {
    const cursor = new ByteCursor(payload);
    while (!cursor.done) {
      const type = cursor.u8();
      // Types that a newer minor version adds stand at the end of a chunk.
      if (!this.#readOne(type, cursor)) return;
    }
  }

  #readOne(type: number, cursor: ByteCursor): boolean {
    switch (type) {
      case DefinitionType.string: {
        const bytes = cursor.bytes(cursor.u());
        this.#budget.take(STRING_BYTES + 2 * bytes.length);
        checkCount(this.strings.length, "strings");
        this.strings.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8"));
        return true;
      }
      case DefinitionType.script:
        this.#budget.take(ENTRY_BYTES);
        checkCount(this.scripts.length, "scripts");
        this.scripts.push({ name: this.#string(cursor), sourceMapUrl: this.#string(cursor) });
        return true;
      case DefinitionType.module:
        this.#budget.take(MODULE_BYTES);
        checkCount(this.modules.length, "modules");
        this.modules.push({
          path: this.#string(cursor),
          buildId: this.#string(cursor),
          loadBias: cursor.uLarge(),
          firstAddress: cursor.uLarge(),
          endAddress: cursor.uLarge(),
        });
        return true;
      case DefinitionType.javaScriptFrame:
        this.#pushFrame(
          0,
          cursor.below(this.strings.length, "a string"),
          cursor.below(this.scripts.length, "a script"),
          cursor.below(TWO_TO_32, "a line"),
          cursor.below(TWO_TO_32, "a column"),
          cursor.below(TWO_TO_32, "flags"),
        );
        return true;
      case DefinitionType.nativeFrame: {
        const module = cursor.below(this.modules.length, "a module");
        const offset = cursor.uLarge();
        this.#pushFrame(1, cursor.below(this.strings.length, "a string"), module, offset, 0, 0);
        return true;
      }
      case DefinitionType.node:
        this.#budget.take(NODE_BYTES);
        checkCount(this.nodeParent.length, "nodes");
        // A parent is defined before: so nodes cannot go round in a circle.
        this.nodeParent.push(cursor.below(this.nodeParent.length, "a node"));
        this.nodeFrame.push(cursor.below(this.frameName.length, "a frame"));
        return true;
      case DefinitionType.stack: {
        const id = cursor.below(TWO_TO_32, "a stack");
        const node = cursor.below(this.nodeParent.length, "a node");
        const flags = cursor.u() % 4;
        if (!this.#stackNode.has(id)) {
          this.#budget.take(ENTRY_BYTES * 3);
          checkCount(this.#stackNode.size, "stacks");
        }
        this.#stackNode.set(id, node * 4 + flags);
        return true;
      }
      case DefinitionType.thread:
        this.#readThread(cursor);
        return true;
      case DefinitionType.isolate: {
        const isolate = cursor.below(MAX_ISOLATES, "an isolate");
        this.#budget.take(ENTRY_BYTES * 2);
        this.isolates.set(isolate, { isWorker: cursor.u() === 1, name: this.#string(cursor) });
        return true;
      }
      default:
        return false;
    }
  }

  #readThread(cursor: ByteCursor): void {
    const id = cursor.below(MAX_THREADS, "a thread");
    const systemId = cursor.u();
    const name = this.#string(cursor);
    const isolate = cursor.below(MAX_ISOLATES, "an isolate");
    const known = this.threads.get(id);
    if (known === undefined) this.#budget.take(ENTRY_BYTES * 3);
    // Where it comes again without its isolate, the isolate has ended: what it allocated was of that isolate.
    this.threads.set(id, { systemId, name, isolate: isolate === 0 ? (known?.isolate ?? 0) : isolate });
  }

  #string(cursor: ByteCursor): string {
    return this.strings[cursor.below(this.strings.length, "a string")] ?? "";
  }

  #pushFrame(
    isNative: number,
    name: number,
    scriptOrModule: number,
    position: number,
    column: number,
    flags: number,
  ): void {
    this.#budget.take(FRAME_BYTES);
    checkCount(this.frameName.length, "frames");
    this.frameIsNative.push(isNative);
    this.frameName.push(name);
    this.frameScript.push(scriptOrModule);
    this.framePosition.push(position);
    this.frameColumn.push(column);
    this.frameFlags.push(flags);
  }
}

export function isTruncated(flags: number): boolean {
  return (flags & StackFlag.truncated) !== 0;
}

export function lacksNativeFrames(flags: number): boolean {
  return (flags & StackFlag.nativeMissing) !== 0;
}
