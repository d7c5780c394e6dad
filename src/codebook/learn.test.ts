import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsOf, perplexity } from './counts';
import { EmaCodebook, IdleCodes, kMeans, nearestRows } from './learn';

const floats = (count: number) =>
  fc
    .array(fc.integer({ min: -40, max: 40 }), { minLength: count, maxLength: count })
    .map((values) => Float32Array.from(values));

describe('nearest rows', () => {
  it('are those of a plain search, the lowest of equals', () => {
    const cases = fc
      .integer({ min: 1, max: 5 })
      .chain((dim) => fc.tuple(fc.constant(dim), floats(7 * dim), floats(9 * dim)));
    fc.assert(
      fc.property(cases, ([dim, vectors, rows]) => {
        nearestRows(vectors, rows, dim).forEach((code, i) => {
          const distance = (k: number) => {
            let sum = 0;
            for (let j = 0; j < dim; j++) sum += (vectors[i * dim + j]! - rows[k * dim + j]!) ** 2;
            return sum;
          };
          const all = Array.from({ length: 9 }, (_, k) => distance(k));
          expect(code).toBe(all.indexOf(Math.min(...all)));
        });
      }),
    );
  });
});

describe('perplexity', () => {
  it('is the number of codes where all are used alike, and less else', () => {
    expect(perplexity([3, 3, 3, 3])).toBeCloseTo(4, 12);
    expect(perplexity([5, 0, 0])).toBe(1);
    expect(perplexity([0, 0])).toBe(0);
    // 2 ^ (1/2 1 + 1/2 2) of the shares 1/2, 1/4, 1/4.
    expect(perplexity([2, 1, 1])).toBeCloseTo(2 ** 1.5, 12);
    expect(perplexity(countsOf(Int32Array.of(0, 2, 2, 0, 1, 1), 5))).toBeCloseTo(3, 12);
  });
});

describe('moving averages', () => {
  it('are those of the paper, by hand', () => {
    const rows = Float32Array.of(1, 0, 0, 1);
    const ema = new EmaCodebook(rows, 2, 4, { decay: 0.5, epsilon: 0 });
    // Each code begins as if two latents a step had chosen it.
    ema.update(Float32Array.of(3, 0, 5, 0, 0, 3, 1, 0), Int32Array.of(0, 0, 1, 0));
    // N = 0.5 * 2 + 0.5 * 3, m = 0.5 * 2 * (1, 0) + 0.5 * (9, 0).
    expect(rows[0]).toBeCloseTo(5.5 / 2.5, 6);
    expect(rows[3]).toBeCloseTo((0.5 * 2 + 0.5 * 3) / 1.5, 6);
    // Nobody chooses code 1: it stays.
    ema.update(Float32Array.of(2, 2), Int32Array.of(0));
    expect(rows[3]).toBeCloseTo((0.5 * 2 + 0.5 * 3) / 1.5, 6);
  });

  it('smoothing keeps the sum of the averages, and a code that nobody uses from flying away', () => {
    const rows = Float32Array.of(4, 1, 7);
    const ema = new EmaCodebook(rows, 1, 3, { decay: 0.9, epsilon: 0.3 });
    ema.update(Float32Array.of(4, 4, 4), Int32Array.of(0, 0, 0));
    const total = 3;
    const smoothed = (count: number) => ((count + 0.3) / (total + 0.9)) * total;
    expect(rows[0]).toBeCloseTo((0.9 * 4 + 0.1 * 12) / smoothed(0.9 + 0.3), 5);
    expect(rows[1]).toBeCloseTo(0.9 / smoothed(0.9), 5);
    for (let step = 0; step < 400; step++) ema.update(Float32Array.of(4, 4, 4), Int32Array.of(0, 0, 0));
    expect(rows.every((value) => Number.isFinite(value) && Math.abs(value) <= 7)).toBe(true);
  });

  it('with a prior a code stays near its first row, the nearer the fewer chose it', () => {
    const rows = Float32Array.of(0, 0);
    const ema = new EmaCodebook(rows, 1, 4, { decay: 0, epsilon: 0, counts: [0, 0], prior: 2 });
    ema.update(Float32Array.of(3, 3, 3, 3, 3, 3, 5), Int32Array.of(0, 0, 0, 0, 0, 0, 1));
    expect(rows[0]).toBeCloseTo(18 / 8, 6);
    expect(rows[1]).toBeCloseTo(5 / 3, 6);
  });

  it('stay on the unit sphere where codes are compared by angle', () => {
    const rows = Float32Array.of(1, 0, 0, 1);
    new EmaCodebook(rows, 2, 2, { decay: 0.5, isCosine: true }).update(Float32Array.of(0.6, 0.8), Int32Array.of(0));
    expect(Math.hypot(rows[0]!, rows[1]!)).toBeCloseTo(1, 6);
    // N = 1, m = 0.5 (1, 0) + 0.5 (0.6, 0.8).
    expect(rows[1]! / rows[0]!).toBeCloseTo(0.4 / 0.8, 5);
  });

  it('a code that begins anew lies where it was put, and moves from there', () => {
    const rows = Float32Array.of(1, 9);
    const ema = new EmaCodebook(rows, 1, 2, { decay: 0.5, epsilon: 0 });
    ema.restart(1, [3]);
    expect([...rows]).toEqual([1, 3]);
    ema.update(Float32Array.of(5), Int32Array.of(1));
    expect(rows[1]).toBeCloseTo((0.5 * 3 + 0.5 * 5) / 1, 6);
  });
});

describe('dead codes', () => {
  it('are those that nobody chose for so many steps in a row', () => {
    const idle = new IdleCodes(3);
    for (const counts of [
      [1, 0, 0],
      [1, 0, 2],
      [1, 0, 0],
    ])
      idle.note(counts);
    expect([...idle.steps]).toEqual([0, 3, 1]);
    expect(idle.take(4)).toEqual([]);
    expect(idle.take(3)).toEqual([1]);
    expect(idle.take(3)).toEqual([]);
  });
});

describe('k-means', () => {
  it('finds heaps that lie apart', () => {
    const centres = [-30, 0, 25, 60];
    const vectors = Float32Array.from({ length: 80 }, (_, i) => centres[i % 4]! + Math.sin(i));
    const rows = kMeans(vectors, 1, [0, 1, 2, 3]);
    const sorted = [...rows].sort((a, b) => a - b);
    sorted.forEach((row, i) => expect(Math.abs(row - centres[i]!)).toBeLessThan(0.2));
  });

  it('leaves no row without vectors where there are different ones', () => {
    const vectors = Float32Array.from({ length: 24 }, (_, i) => i);
    const rows = kMeans(vectors, 1, [5, 5, 5, 5, 5, 5]);
    expect(countsOf(nearestRows(vectors, rows, 1), 6).every((count) => count > 0)).toBe(true);
  });

  it('never makes the error worse', () => {
    fc.assert(
      fc.property(floats(40), (vectors) => {
        const error = (rows: Float32Array) => {
          const codes = nearestRows(vectors, rows, 2);
          let sum = 0;
          codes.forEach(
            (code, i) =>
              (sum += (vectors[2 * i]! - rows[2 * code]!) ** 2 + (vectors[2 * i + 1]! - rows[2 * code + 1]!) ** 2),
          );
          return sum;
        };
        const errors = [0, 1, 3, 10].map((rounds) => error(kMeans(vectors, 2, [0, 7, 13], rounds)));
        expect(errors).toEqual([...errors].sort((a, b) => b - a));
      }),
    );
  });
});
