import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { countCodes, perplexity, rankCodes, rankOf, usageOf, usageOfGrid } from './counts';
import { readFixture } from './fixtures/read';
import { countPairs, neighboursOf } from './pairs';
import { fitPowerLaw } from './powerLaw';

const fixture = readFixture();
/** A relative difference that is left to rounding. */
const TOLERANCE = 1e-12;

const expectNear = (found: number, wanted: number, tolerance = TOLERANCE) =>
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(wanted)));

describe.each(fixture.cases)('as NumPy has it: $name', (one) => {
  const { codebookSize, grids } = one;

  test('counts, used and dead codes, ranks, perplexity', () => {
    const counts = countCodes(grids, codebookSize);
    const wanted = new Float64Array(codebookSize);
    one.counts.forEach(([code, count]) => (wanted[code] = count));
    expect(counts).toEqual(wanted);
    expect([...rankCodes(counts).subarray(0, one.ranks.length)]).toEqual(one.ranks);
    one.ranks.forEach((code, rank) => expect(rankOf(counts, code)).toBe(rank));
    for (const grid of grids) {
      const { total, used, perplexity: own } = usageOf(countCodes([grid], codebookSize));
      const quick = usageOfGrid(grid);
      expect(quick).toMatchObject({ total, used });
      expectNear(quick.perplexity, own);
    }
    const { used, dead, total } = usageOf(counts);
    expect({ used, dead }).toEqual({ used: one.used, dead: codebookSize - one.used });
    expect(total).toBe(grids.reduce((sum, grid) => sum + grid.indices.length, 0));
    expectNear(perplexity(counts), one.perplexity);
  });

  test.each(['right', 'below'] as const)('pairs: %s', (direction) => {
    const table = countPairs(grids, codebookSize, direction);
    const rows = Array.from(table.from, (from, i) => [from, table.to[i], table.count[i]]);
    expect(rows).toEqual(one[direction]);
    expect(table.total).toBe(one[direction].reduce((sum, [, , count]) => sum + count, 0));
    const [code] = one[direction][0]!;
    const neighbours = neighboursOf(table, code);
    const own = one[direction].filter(([from]) => from === code);
    expect(new Map(neighbours.map((n) => [n.code, n.count]))).toEqual(new Map(own.map(([, to, count]) => [to, count])));
    for (const { code: to, expected } of neighbours) {
      const before = own.reduce((sum, [, , count]) => sum + count, 0);
      const after = one[direction].reduce((sum, [, b, count]) => sum + (b === to ? count : 0), 0);
      expectNear(expected, (before * after) / table.total);
    }
  });
});

test.each(fixture.histograms)('perplexity as NumPy has it: $name', (one) => {
  expectNear(perplexity(one.counts), one.perplexity);
});

test.each(fixture.powerLaws)('least squares as NumPy has them: $ranks ranks', (one) => {
  const fit = fitPowerLaw(one.counts)!;
  expect(fit.ranks).toBe(one.ranks);
  expectNear(fit.exponent, one.exponent, 1e-9);
  expectNear(fit.scale, one.scale, 1e-9);
  expectNear(fit.r2, one.r2, 1e-9);
});

describe('by hand', () => {
  it('perplexity: nothing, one code, all alike', () => {
    expect(perplexity([])).toBe(0);
    expect(perplexity([0, 0])).toBe(0);
    expect(perplexity([0, 9, 0])).toBe(1);
    expectNear(perplexity([5, 5, 5, 5]), 4);
    // 3/4 and 1/4: 4 / 3^(3/4).
    expectNear(perplexity([3, 1]), 4 / 3 ** 0.75);
    expect(usageOf([3, 0, 3, 0])).toMatchObject({ total: 6, used: 2, dead: 2, evenness: 0.5 });
  });

  it('lies between 1 and the number of used codes, and does not know how many pictures were counted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 2, max: 9 }),
        (counts, n) => {
          const { used, perplexity: found } = usageOf(counts);
          expect(found).toBeLessThanOrEqual(used * (1 + TOLERANCE));
          if (used > 0) expect(found).toBeGreaterThanOrEqual(1 - TOLERANCE);
          expectNear(perplexity(counts.map((count) => count * n)), found);
        },
      ),
    );
  });

  it('a code outside the codebook is refused', () => {
    expect(() => countCodes([{ indices: [0, 3] }], 3)).toThrow('Code 3 at 1');
    expect(() => countCodes([{ indices: [-1] }], 3)).toThrow(RangeError);
    expect(() => countPairs([{ width: 2, height: 1, indices: [0, 9] }], 3, 'right')).toThrow(RangeError);
  });

  it('pairs of a 3 x 2 grid', () => {
    const grids = [{ width: 3, height: 2, indices: [0, 1, 0, 1, 1, 2] }];
    const right = countPairs(grids, 3, 'right');
    expect([...right.from].map((from, i) => [from, right.to[i], right.count[i]])).toEqual([
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 1],
      [1, 2, 1],
    ]);
    expect(neighboursOf(right, 1)).toEqual([
      { code: 0, count: 1, expected: 0.75 },
      { code: 1, count: 1, expected: 1.5 },
      { code: 2, count: 1, expected: 0.75 },
    ]);
    expect(neighboursOf(right, 2)).toEqual([]);
    expect(countPairs(grids, 3, 'below').total).toBe(3);
  });

  it('a true power law is found, a flat one has exponent 0, too few ranks have none', () => {
    const law = Array.from({ length: 50 }, (_, i) => 1000 * (i + 1) ** -0.7);
    expect(fitPowerLaw(law, 1)).toMatchObject({ ranks: 50 });
    expectNear(fitPowerLaw(law, 1)!.exponent, 0.7, 1e-10);
    expectNear(fitPowerLaw(law, 1)!.r2, 1, 1e-10);
    expectNear(fitPowerLaw(Array<number>(10).fill(8))!.exponent, 0);
    expect(fitPowerLaw([...Array<number>(9).fill(8), 4, 0])).toBeNull();
  });
});
