import { expect, test } from "vitest";
import { ratios, summarise, takeTurns } from "../../bench/compare.mjs";

test("the median of an odd and of an even number of samples, with the spread", () => {
  expect(summarise([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, samples: [3, 1, 2] });
  expect(summarise([10, 4, 9, 1])).toMatchObject({ median: 6.5, min: 1, max: 10 });
});

test("variants take turns, the order turns each round, and the first round does not count", () => {
  const order: string[] = [];
  const variant = (name: string) => () => {
    order.push(name);
    return order.length;
  };
  const times = takeTurns({ a: variant("a"), b: variant("b") }, 2);
  expect(order.join("")).toBe("baabba");
  expect(times).toEqual({ a: [3, 6], b: [4, 5] });
});

test("a ratio is taken within each round", () => {
  expect(ratios({ plain: [10, 20], tracked: [11, 24] }, "tracked", "plain").samples).toEqual([1.1, 1.2]);
});
