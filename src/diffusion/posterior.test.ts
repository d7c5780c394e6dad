import { describe, expect, it } from 'vitest';
import {
  COEFFICIENTS,
  mostRemasked,
  PLAIN_DRAW,
  posteriorCoefficients,
  posteriorWeights,
  remaskingCoefficients,
} from './posterior';
import { createSchedule, scheduleOf, type Schedule } from './schedule';
import {
  bruteForcePosterior,
  families,
  numbers,
  oneStepMatrices,
  processOf,
  product,
  randomP0,
  type Matrix,
} from './testing';

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);

describe('golden values: K = 3, T = 4, p0 = [.7, .2, .1] (seeds-generative.md, section 1)', () => {
  const p0 = [0.7, 0.2, 0.1];
  const weights = (schedule: Schedule, xt: number) => [
    ...posteriorWeights(posteriorCoefficients(schedule, 2, 1), p0, xt),
  ];
  const expectNear = (found: number[], expected: number[]) =>
    expected.forEach((value, k) => expect(Math.abs(found[k]! - value)).toBeLessThan(1e-5));

  it('replace 0.1', () => {
    const schedule = scheduleOf(processOf('mask-replace', 4), 3);
    expectNear(weights(schedule, 3), [0.344086, 0.102151, 0.053763, 0.5]);
    expectNear(weights(schedule, 1), [0.457393, 0.472311, 0.070297, 0]);
  });

  it('replace 0', () => {
    const schedule = scheduleOf(processOf('absorbing', 4), 3);
    expectNear(weights(schedule, 3), [0.35, 0.1, 0.05, 0.5]);
    expect(weights(schedule, 1)).toEqual([0, 1, 0, 0]);
  });
});

/** Pairs s < t: all neighbours, and strides. */
function strides(T: number): [number, number][] {
  const pairs: [number, number][] = [];
  for (let t = 1; t <= T; t++)
    for (const s of new Set([t - 1, t - 2, Math.floor(t / 2), t - 10, 0])) if (s >= 0 && s < t) pairs.push([s, t]);
  return pairs;
}

describe.each([10, 100])('the posterior against brute force over x0, K = 7, T = %i', (T) => {
  const K = 7;
  const released = createSchedule({ kind: 'released' }, processOf('absorbing', T), K);
  const all: readonly (readonly [string, Schedule])[] = [...families(K, T), ['released', released]];

  it.each(all)('%s: every state, every stride, and it sums to one', (_, schedule) => {
    const steps = oneStepMatrices(schedule);
    const toData = Array.from({ length: T + 1 }, (_, t): Matrix => (t ? product(steps, 0, t) : steps[0]!));
    const p0 = randomP0(K, numbers(T));
    let worst = 0;
    let compared = 0;
    for (const [s, t] of strides(T)) {
      const coefficients = posteriorCoefficients(schedule, t, s);
      const sToT = product(steps, s, t);
      for (let xt = 0; xt <= K; xt++) {
        if (toData[t]!.every((row, x0) => x0 === K || row[xt] === 0)) continue;
        const found = posteriorWeights(coefficients, p0, xt);
        expect(sum(found)).toBeCloseTo(1, 6);
        const expected = bruteForcePosterior(sToT, toData[s]!, toData[t]!, p0, xt);
        expected?.forEach((value, xs) => (worst = Math.max(worst, Math.abs(value - found[xs]!))));
        if (expected) compared++;
      }
    }
    expect(worst).toBeLessThanOrEqual(1e-6);
    expect(compared).toBeGreaterThan(strides(T).length);
  });

  it('what a network is sure of does not turn into NaN', () => {
    for (const [, schedule] of all)
      for (const [s, t] of strides(T))
        for (let xt = 0; xt <= K; xt++) {
          const sure = Float64Array.from({ length: K }, (_, k) => Number(k === 2));
          const found = posteriorWeights(posteriorCoefficients(schedule, t, s), sure, xt);
          expect(found.every((weight) => weight >= 0 && weight <= 1 + 1e-9)).toBe(true);
        }
  });
});

describe('remasking (ReMDM)', () => {
  const K = 7;
  const schedule = scheduleOf(processOf('absorbing', 10), K);

  it('keeps the marginals of the absorbing process for every sigma that is allowed', () => {
    for (const [s, t] of strides(10))
      for (const share of [0, 0.3, 1, 5]) {
        const sigma = share * mostRemasked(schedule, t, s);
        const coefficients = remaskingCoefficients(schedule, t, s, sigma);
        const [masked, kept] = [schedule.gammaBar[t]!, schedule.alphaBar[t]!];
        const p0 = Float64Array.from({ length: K }, (_, k) => Number(k === 4));
        const fromMask = posteriorWeights(coefficients, p0, K);
        const fromCode = posteriorWeights(coefficients, p0, 4);
        const after = fromMask.map((weight, xs) => masked * weight + kept * fromCode[xs]!);
        expect(after[K]).toBeCloseTo(schedule.gammaBar[s]!, 12);
        expect(after[4]).toBeCloseTo(schedule.alphaBar[s]!, 12);
        for (const weight of [...fromMask, ...fromCode]) expect(weight).toBeGreaterThanOrEqual(0);
        if (share) expect(coefficients.remask).toBeCloseTo(Math.min(share, 1) * mostRemasked(schedule, t, s), 12);
      }
  });

  it('is the plain posterior without sigma', () => {
    for (const [s, t] of strides(10))
      for (const xt of [2, K]) {
        const p0 = randomP0(K, numbers(3));
        const plain = posteriorWeights(posteriorCoefficients(schedule, t, s), p0, xt);
        const without = posteriorWeights(remaskingCoefficients(schedule, t, s, 0), p0, xt);
        plain.forEach((weight, xs) => expect(without[xs]).toBeCloseTo(weight, 12));
      }
  });
});

it('a plain draw takes p0 for [MASK] and leaves a code', () => {
  expect([...posteriorWeights(PLAIN_DRAW, [0.2, 0.8], 2)]).toEqual([0.2, 0.8, 0]);
  expect([...posteriorWeights(PLAIN_DRAW, [0.2, 0.8], 0)]).toEqual([1, 0, 0]);
  expect(new Set(COEFFICIENTS)).toEqual(new Set(Object.keys(PLAIN_DRAW)));
});
