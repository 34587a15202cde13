// Ratios of times taken in turn (A B A B …), so that what else the machine does falls on both alike.

/**
 * @typedef {{ median: number, min: number, max: number, samples: number[] }} Ratio
 * @param {readonly number[]} samples at least one
 * @returns {Ratio}
 */
export function summarise(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1], samples: [...samples] };
}

/**
 * Runs every variant `rounds` times, in turn, after one run of each that does not count.
 *
 * @template T
 * @param {Record<string, () => T>} variants each returns its time, in any unit, or several
 * @param {number} rounds
 * @returns {Record<string, T[]>} times by variant; the same index is the same round
 */
export function takeTurns(variants, rounds) {
  const times = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    // Every other round backwards: whoever goes second gets a warmer machine.
    const order = Object.entries(variants);
    if (round % 2 !== 0) order.reverse();
    for (const [name, run] of order) {
      const time = run();
      if (round >= 0) times[name].push(time);
    }
  }
  return times;
}

/** Round by round, `times[name] / times[base]`. */
export function ratios(times, name, base) {
  return summarise(times[name].map((time, round) => time / times[base][round]));
}
