import fc from 'fast-check';
import { expect, it } from 'vitest';
import { heightOf, rankAt, SCALES, startOfRank, ticksOf } from './geometry';

it.each(SCALES)('every rank is found where it is drawn: %s', (scale) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, x) => {
      const rank = rankAt(x, count, scale);
      expect(startOfRank(rank, count, scale)).toBeLessThanOrEqual(x + 1e-6);
      if (rank < count - 1) expect(startOfRank(rank + 1, count, scale)).toBeGreaterThanOrEqual(x - 1e-6);
      expect(rankAt(startOfRank(rank, count, scale) + 1e-7, count, scale)).toBe(rank);
    }),
  );
});

it.each(SCALES)('more is higher, nothing is nothing, the most is the top: %s', (scale) => {
  expect(heightOf(0, 50, scale)).toBe(0);
  expect(heightOf(50, 50, scale)).toBeCloseTo(1, 12);
  expect(heightOf(1, 50, scale)).toBeGreaterThan(0);
  expect(heightOf(7, 50, scale)).toBeGreaterThan(heightOf(6, 50, scale));
});

it('ticks are round and few', () => {
  expect(ticksOf(1300, true)).toEqual([1, 10, 100, 1000]);
  expect(ticksOf(1300, false)).toEqual([0, 500, 1000]);
  expect(ticksOf(3, false)).toEqual([0, 1, 2, 3]);
  expect(ticksOf(0, true)).toEqual([0]);
});
