// What a case of the corpus is: a function that leaks, or one that looks like it and does not.

/** A function to judge, with state of its own: trials do not see each other. */
export interface Trial {
  /** The function that is called over and over. May be async. */
  readonly fn: () => unknown;
  /** Before and after each batch of calls. */
  readonly setup?: () => unknown;
  readonly teardown?: () => unknown;
  /** Gives back all that the calls left behind. May be async. */
  readonly dispose: () => unknown;
}

/** What the source of a leaking case says about its leak; never a recorded output. */
export interface Expected {
  readonly space: "heap" | "buffers" | "native" | "handles";
  /**
   * What stays behind, as a reader would call it: the class, the handle, the function's name for a closure. `null`: nothing new
   * stays, something that was there before grows.
   */
  readonly type: string | null;
  /** The innermost function of the case that allocates it. */
  readonly allocatingFunction: string;
  /** Variable, property or class that the source keeps it by. `null`: Node or V8 keeps it, and the source names nothing. */
  readonly retainingName: string | null;
  /** Objects, blocks or handles of that type a call, where the source says how many. */
  readonly countPerCall?: number;
  /** The least that a call leaves behind. */
  readonly minBytesPerCall?: number;
}

/** What is true of some cases only. */
export interface Remarks {
  /** A call takes long, or is heavy: a thread, a socket, a megabyte. */
  readonly slow?: true;
  /** The first and the last major of Node, both inclusive, on which the label is true. Default: all. */
  readonly nodes?: readonly [first: number, last: number];
  /** Why the label is what it is, where the source does not show it. */
  readonly reason?: string;
  /** So late a plateau that "inconclusive" is as right an answer as "clean". */
  readonly latePlateau?: true;
  /** What a trial leaves behind for ever cannot be given back: it is Node's or V8's. */
  readonly keepsForEver?: true;
}

export interface LeakCase extends Remarks {
  readonly name: string;
  readonly leaks: boolean;
  readonly make: () => Trial;
  readonly expected?: Expected;
}

/** What a case's source gives: `dispose` only where dropping the trial does not give all back. */
export type Recipe = () => Omit<Trial, "dispose"> & { readonly dispose?: () => unknown };

/** A function that leaves something behind with every call, or with every n-th. */
export function leaking(name: string, expected: Expected, recipe: Recipe, remarks: Remarks = {}): LeakCase {
  return { name, leaks: true, expected, make: () => complete(recipe), ...remarks };
}

/** A function that does not, however much it looks like the leaking one above it. */
export function clean(name: string, recipe: Recipe, remarks: Remarks = {}): LeakCase {
  return { name, leaks: false, make: () => complete(recipe), ...remarks };
}

function complete(recipe: Recipe): Trial {
  const trial = recipe();
  return { ...trial, dispose: trial.dispose ?? (() => undefined) };
}
