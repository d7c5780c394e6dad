import { expect, it } from 'vitest';
import { haltonRanks, radicalInverse } from './halton';

it('mirrors digits at the point', () => {
  expect([1, 2, 3, 4, 6].map((i) => radicalInverse(i, 2))).toEqual([0.5, 0.25, 0.75, 0.125, 0.375]);
  [1 / 3, 2 / 3, 1 / 9, 4 / 9, 7 / 9].forEach((value, i) => expect(radicalInverse(i + 1, 3)).toBeCloseTo(value, 14));
});

it('every place has one rank', () => {
  for (const [height, width] of [
    [1, 1],
    [1, 7],
    [5, 1],
    [8, 8],
    [16, 16],
    [6, 11],
    [32, 32],
  ] as const) {
    const ranks = haltonRanks(height, width);
    expect([...ranks].sort((a, b) => a - b)).toEqual(Array.from({ length: height * width }, (_, rank) => rank));
  }
});

it('begins in the middle rows and spreads: any quarter of 16 x 16 has its share of the first 64 places', () => {
  const ranks = haltonRanks(16, 16);
  // i = 1: 1/2 and 1/3.
  expect(ranks[8 * 16 + 5]).toBe(0);
  for (const [top, left] of [
    [0, 0],
    [0, 8],
    [8, 0],
    [8, 8],
  ] as const) {
    let share = 0;
    for (let y = top; y < top + 8; y++) for (let x = left; x < left + 8; x++) share += Number(ranks[y * 16 + x]! < 64);
    expect(Math.abs(share - 16)).toBeLessThanOrEqual(3);
  }
});
