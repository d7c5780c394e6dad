import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readFixture } from './fixtures/read';
import { exactNeighbours, umapOf, type MapReport } from './map';
import { METRICS, nearestCodes, normsOf, distancesFrom } from './nearest';
import { eigenSymmetric, principalComponents } from './pca';
import { createStream } from './stream';

const near = (found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number) => {
  expect(found.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) expect(Math.abs(found[i]! - wanted[i]!)).toBeLessThanOrEqual(tolerance);
};

describe.each(readFixture().components)('as NumPy has it: vectors of $codeDim', (one) => {
  const rows = Float32Array.from(one.rows);
  test('principal components', () => {
    const { points, explained } = principalComponents(rows, one.codeDim, 2);
    near(points, one.points, 1e-9);
    near(explained, one.explained, 1e-12);
  });
  test('norms and distances', () => {
    near(normsOf(rows, one.codeDim), one.norms, 1e-12);
    near(distancesFrom(rows, one.codeDim, 3, 'l2'), one.l2, 1e-12);
    near(distancesFrom(rows, one.codeDim, 3, 'cosine'), one.cosine, 1e-12);
  });
});

const vectors = (size: number, codeDim: number, seed: number) => {
  const { uniform } = createStream(seed, 0);
  return Float32Array.from({ length: size * codeDim }, () => uniform() * 2 - 1);
};

describe('nearest codes', () => {
  it('come in order; equal ones by index; never the code itself', () => {
    // 0 and 2 are one vector, 1 and 3 lie equally far away.
    const codebook = Float32Array.from([0, 0, 1, 0, 0, 0, 0, 1, 5, 5]);
    expect(nearestCodes(codebook, 2, 0, 4, 'l2')).toEqual([
      { index: 2, distance: 0 },
      { index: 1, distance: 1 },
      { index: 3, distance: 1 },
      { index: 4, distance: Math.sqrt(50) },
    ]);
    expect(nearestCodes(codebook, 2, 1, 1, 'cosine')[0]?.index).toBe(4);
    expect(nearestCodes(codebook, 2, 0, 1, 'cosine')).toEqual([{ index: 1, distance: 1 }]);
  });

  it('are those that sorting everything would give', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(12), fc.constantFrom(...METRICS), (seed, count, metric) => {
        // Few values, so that many distances are equal.
        const codebook = vectors(30, 2, seed).map((value) => Math.round(value * 2));
        const all = Array.from(distancesFrom(codebook, 2, 5, metric), (distance, index) => ({ index, distance }));
        const wanted = all
          .filter(({ index }) => index !== 5)
          .sort((a, b) => a.distance - b.distance || a.index - b.index);
        expect(nearestCodes(codebook, 2, 5, count, metric)).toEqual(wanted.slice(0, count));
      }),
    );
  });

  test.each(METRICS)('of all codes at once, as one by one: %s', (metric) => {
    const codebook = vectors(90, 5, 3);
    codebook.copyWithin(20, 40, 45); // code 4 is code 8 again
    const { indices, distances } = exactNeighbours(codebook, 5, 7, metric);
    for (let code = 0; code < 90; code++) {
      const wanted = nearestCodes(codebook, 5, code, 6, metric);
      expect(indices[code]).toEqual([code, ...wanted.map(({ index }) => index)]);
      near(distances[code]!, [0, ...wanted.map(({ distance }) => distance)], 1e-12);
    }
  });
});

describe('eigenvectors of symmetric matrices', () => {
  it('diagonalise any of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(1000), (n, seed) => {
        const half = vectors(n, n, seed);
        const matrix = Float64Array.from(half, (value, i) => value + half[(i % n) * n + Math.floor(i / n)]!);
        const { values, vectors: rows } = eigenSymmetric(matrix, n);
        for (let i = 0; i < n; i++) {
          if (i > 0) expect(values[i]!).toBeLessThanOrEqual(values[i - 1]!);
          for (let j = 0; j < n; j++) {
            let [product, dot] = [0, 0];
            for (let k = 0; k < n; k++) {
              product += matrix[j * n + k]! * rows[i * n + k]!;
              dot += rows[i * n + k]! * rows[j * n + k]!;
            }
            expect(Math.abs(product - values[i]! * rows[i * n + j]!)).toBeLessThan(1e-12);
            expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThan(1e-12);
          }
        }
      }),
    );
  });
  it('of equal vectors nothing is explained, and nothing breaks', () => {
    const { points, explained } = principalComponents(new Float32Array(12).fill(2), 3, 2);
    expect([...points].every((value) => value === 0)).toBe(true);
    expect(explained).toEqual([0, 0]);
  });
});

describe('the map', () => {
  /** Three clouds far from each other. */
  const clouds = vectors(60, 4, 5).map((value, i) => value * 0.2 + (i % 4 === 0 ? 10 * Math.floor(i / 80) : 0));
  const options = { neighbours: 8, minDist: 0.1, metric: 'l2', seed: 11 } as const;

  it('is the same for the same seed, another for another', () => {
    const first = umapOf(clouds, 4, options);
    expect(umapOf(clouds, 4, options)).toEqual(first);
    expect(umapOf(clouds, 4, { ...options, seed: 12 })).not.toEqual(first);
  });

  it('keeps what is near near: each code has its own cloud around it', () => {
    const reports: MapReport[] = [];
    const points = umapOf(clouds, 4, options, (report) => reports.push(report));
    expect(points).toHaveLength(120);
    for (let code = 0; code < 60; code++)
      for (const { index } of nearestCodes(points, 2, code, 5, 'l2'))
        expect(Math.floor(index / 20)).toBe(Math.floor(code / 20));
    const fractions = reports.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBeLessThanOrEqual(1);
    expect(reports.at(-1)?.points).toHaveLength(120);
  });

  it('takes equal vectors and small codebooks, and says what is too small', () => {
    expect([...umapOf(new Float32Array(5 * 2), 2, options)].every(Number.isFinite)).toBe(true);
    expect(() => umapOf(new Float32Array(3 * 2), 2, options)).toThrow('4 codes');
  });
});
