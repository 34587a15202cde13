import { expect, test } from "vitest";
import { planMeasurement, validateOptions } from "../../../core/src/capture/validate-options.js";
import { measureSpan } from "../../../core/src/limits/span.js";
import { testHost } from "./host.js";

const plan = (limitBytes: number) => planMeasurement(validateOptions({}, "test"), { limitBytes, settle: true });

test("the clean start of a body is in no window, however many limits it has", async () => {
  const plans = [plan(1_000_000), plan(2_000_000), plan(4_000_000)];
  const span = await measureSpan(
    testHost(),
    plans,
    () => undefined,
    undefined,
    [],
    () => true,
  );
  expect(span.measurements?.map(({ gc }) => gc.majorCount)).toEqual([0, 0, 0]);
});

test("a body under limits of which one needs a clean start has one", async () => {
  let old: Buffer | undefined = Buffer.alloc(3_000_000);
  const freed = new WeakRef(old);
  await new Promise(setImmediate);
  old = undefined;
  const plans = [planMeasurement(validateOptions({}, "test"), { limitBytes: 1_000_000 }), plan(2_000_000)];
  const span = await measureSpan(
    testHost(),
    plans,
    () => freed.deref() === undefined,
    undefined,
    [],
    () => true,
  );
  expect(span.outcome).toEqual({ threw: false, value: true });
});
