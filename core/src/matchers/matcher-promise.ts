/**
 * A promise that knows whether anybody waits for it. A runner calls `.then` on what a matcher returns and hands the
 * promise that this gives to the test (Vitest 4 and 5: one `.then`, with `expect.soft` a second one; Jest 30: `.then`
 * and `.catch`). So the first `hops` calls are the runner's, and each gives another promise of this kind; the next one
 * is the test's. `await` calls `.then` only because `constructor` here is not `Promise`: keep it a subclass.
 */

export interface MatcherWatcher {
  /** Somebody other than the runner called `.then`, `.catch` or `.finally`. */
  awaited(): void;
  /** The runner threw `error` for the matcher's answer; it is read after this. */
  refused(error: unknown): void;
}

const ignore = (): void => {};

export class MatcherPromise<T> extends Promise<T> {
  /** What native methods derive is plain: the hops are wrapped by hand, below. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  #hops = 0;
  #watcher: MatcherWatcher | undefined;

  /**
   * @param hops calls of `.then` that are the runner's own
   */
  static watch<T>(source: Promise<T>, hops: number, watcher: MatcherWatcher): MatcherPromise<T> {
    const promise = new MatcherPromise<T>((resolve, reject) => {
      source.then(resolve, reject);
    });
    promise.#hops = hops;
    promise.#watcher = watcher;
    // Nobody may be waiting: the registry tells of it, and in the right test.
    promise.#plainThen(ignore, ignore);
    return promise;
  }

  #plainThen<A, B>(
    onFulfilled?: ((value: T) => A) | null,
    onRejected?: ((reason: unknown) => B) | null,
  ): Promise<A | B> {
    return super.then(onFulfilled, onRejected) as Promise<A | B>;
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise that notices its own `.then` is the point of this class.
  override then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const watcher = this.#watcher;
    if (watcher === undefined) return super.then(onFulfilled, onRejected);
    if (this.#hops > 0) {
      const derived = super.then(onFulfilled && watched(onFulfilled, watcher), onRejected);
      return MatcherPromise.watch(derived, this.#hops - 1, watcher);
    }
    watcher.awaited();
    return super.then(onFulfilled, onRejected);
  }
}

/** The runner's own step, which makes the error of a failed assertion. */
function watched<T, A>(step: (value: T) => A, watcher: MatcherWatcher): (value: T) => A {
  return (value) => {
    try {
      return step(value);
    } catch (error) {
      watcher.refused(error);
      throw error;
    }
  };
}
