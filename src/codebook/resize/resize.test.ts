import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDropper } from './drop';
import { createMerger } from './merge';
import { createResizer } from './resizer';
import type { CountedCodebook } from './types';
import { cutTree, wardTree } from './ward';

/** Small integers over eight: sums are exact, ties are many. */
const books = (options: { cosine?: boolean; grid?: number } = {}) =>
  fc
    .record({ count: fc.integer({ min: 2, max: 24 }), dim: fc.integer({ min: 1, max: 4 }), seed: fc.integer() })
    .chain(({ count, dim }) =>
      fc.record({
        rows: fc.array(fc.integer({ min: -(options.grid ?? 40), max: options.grid ?? 40 }), {
          minLength: count * dim,
          maxLength: count * dim,
        }),
        counts: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 })), {
          minLength: count,
          maxLength: count,
        }),
        codeDim: fc.constant(dim),
      }),
    )
    .map(({ rows, counts, codeDim }): CountedCodebook => ({
      rows: Float32Array.from(rows, (value) => value / 8),
      counts,
      codeDim,
      isCosine: options.cosine ?? false,
    }));

const rowsOf = (rows: Float32Array, dim: number): string[] =>
  Array.from({ length: rows.length / dim }, (_, i) => rows.slice(i * dim, (i + 1) * dim).join());

/** The code nearest to a vector, the lowest of equals: what the kernel finds. */
function search(rows: Float32Array, vector: readonly number[]): number {
  const dim = vector.length;
  let best = -1;
  let least = Infinity;
  for (let code = 0; code < rows.length / dim; code++) {
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += (rows[code * dim + i]! - vector[i]!) ** 2;
    if (sum < least) [best, least] = [code, sum];
  }
  return best;
}

/** A uniform in [0, 1) that is the same everywhere. */
function random(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Always the cheapest join of all, found by looking at every pair. Partition as sorted lists of points. */
function bruteForceWard(points: readonly (readonly number[])[], weights: readonly number[], size: number): string[] {
  let clusters = points.map((mean, i) => ({ mean: [...mean], mass: weights[i]!, members: [i] }));
  while (clusters.length > size) {
    let best = { cost: Infinity, a: 0, b: 0 };
    for (let a = 0; a < clusters.length; a++)
      for (let b = a + 1; b < clusters.length; b++) {
        const [x, y] = [clusters[a]!, clusters[b]!];
        const squared = x.mean.reduce((sum, value, i) => sum + (value - y.mean[i]!) ** 2, 0);
        const cost = ((x.mass * y.mass) / (x.mass + y.mass)) * squared;
        if (cost < best.cost) best = { cost, a, b };
      }
    const [x, y] = [clusters[best.a]!, clusters[best.b]!];
    const mass = x.mass + y.mass;
    const mean = x.mean.map((value, i) => (value * x.mass + y.mean[i]! * y.mass) / mass);
    clusters = clusters.filter((_, i) => i !== best.a && i !== best.b);
    clusters.push({ mean, mass, members: [...x.members, ...y.members] });
  }
  return clusters.map(({ members }) => members.sort((a, b) => a - b).join()).sort();
}

const partition = (labels: Int32Array, size: number): string[] =>
  Array.from({ length: size }, (_, label) =>
    Array.from(labels.keys())
      .filter((point) => labels[point] === label)
      .join(),
  ).sort();

describe('the tree', () => {
  it('joins by hand what it should', () => {
    // On a line: 0 and 1 are near, but heavy; 50 and 52 are farther, but light: 50 against 1.
    const tree = wardTree(Float64Array.of(0, 1, 50, 52), [100, 100, 0.5, 0.5], 1);
    expect([...tree.one]).toEqual([2, 0, 0]);
    expect([...tree.other]).toEqual([3, 1, 2]);
    expect(tree.cost[0]).toBeCloseTo(1, 12);
    expect(tree.cost[1]).toBeCloseTo(50, 12);
    expect([...cutTree(tree, 3)]).toEqual([0, 1, 2, 2]);
    expect([...cutTree(tree, 2)]).toEqual([0, 0, 1, 1]);
    expect([...cutTree(tree, 1)]).toEqual([0, 0, 0, 0]);
  });

  it('cut anywhere, equals always taking the cheapest of all joins', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const next = random(seed);
      const count = 2 + Math.floor(next() * 22);
      const dim = 1 + (seed % 4);
      const points = Array.from({ length: count }, () => Array.from({ length: dim }, next));
      const weights = Array.from({ length: count }, () => 0.1 + next() * 10);
      const tree = wardTree(Float64Array.from(points.flat()), weights, dim);
      for (let size = 1; size <= count; size++)
        expect(partition(cutTree(tree, size), size)).toEqual(bruteForceWard(points, weights, size));
      expect([...tree.cost]).toEqual([...tree.cost].sort((a, b) => a - b));
    }
  });

  it('each cut has as many clusters as asked for, each inside one of the next', () => {
    fc.assert(
      fc.property(books({ grid: 3 }), ({ rows, counts, codeDim }) => {
        const tree = wardTree(Float64Array.from(rows), counts, codeDim);
        let before = cutTree(tree, counts.length);
        expect([...before]).toEqual(counts.map((_, i) => i));
        for (let size = counts.length - 1; size >= 1; size--) {
          const labels = cutTree(tree, size);
          expect(new Set(labels).size).toBe(size);
          const inside = new Map<number, number>();
          labels.forEach((label, point) => {
            const known = inside.get(before[point]!);
            if (known !== undefined) expect(label).toBe(known);
            inside.set(before[point]!, label);
          });
          before = labels;
        }
      }),
    );
  });

  it('points without weight join first, and never bring two others together', () => {
    fc.assert(
      fc.property(books(), ({ rows, counts, codeDim }) => {
        const live = counts.flatMap((count, code) => (count ? [code] : []));
        if (!live.length) return;
        const labels = cutTree(wardTree(Float64Array.from(rows), counts, codeDim), live.length);
        expect(new Set(live.map((code) => labels[code])).size).toBe(live.length);
      }),
    );
  });
});

describe.each(['drop', 'merge'] as const)('%s', (method) => {
  it.each([false, true])('cosine %s: has as many rows as asked for, and names that mean the same', (cosine) => {
    fc.assert(
      fc.property(books({ cosine, grid: 5 }), (book) => {
        const { counts, codeDim } = book;
        const resizer = createResizer(book);
        for (let size = 1; size <= counts.length; size++) {
          const resized = resizer.resize(size, method);
          const rows = rowsOf(resized.rows, codeDim);
          const names = new Set(resized.remap);
          expect(names.size).toBe(size);
          resized.remap.forEach((stand, code) => {
            expect(resized.remap[stand]).toBe(stand);
            expect(rows[stand]).toBe(rows[code]);
            const better = counts[stand]! > counts[code]! || (counts[stand] === counts[code] && stand <= code);
            expect(better, `${stand} stands for ${code}`).toBe(true);
          });
          expect(createResizer(book).resize(size, method)).toEqual(resized);
        }
      }),
    );
  });

  it('of whole size is the codebook, to the bit', () => {
    fc.assert(
      fc.property(books({ cosine: true }), (book) => {
        const { rows, remap } = createResizer(book).resize(book.counts.length, method);
        expect(rows).toEqual(book.rows);
        expect([...remap]).toEqual(book.counts.map((_, code) => code));
      }),
    );
  });

  it('without the codes that a set does not use, that set does not change', () => {
    fc.assert(
      fc.property(books(), fc.integer(), ({ rows, codeDim }, seed) => {
        const next = random(seed);
        const vectors = Array.from({ length: 12 }, () => Array.from({ length: codeDim }, () => next() * 10 - 5));
        const before = vectors.map((vector) => search(rows, vector));
        const counts = new Array<number>(rows.length / codeDim).fill(0);
        for (const code of before) counts[code]!++;
        const used = counts.filter((count) => count).length;
        for (let size = used; size <= counts.length; size++) {
          const resized = createResizer({ rows, counts, codeDim, isCosine: false }).resize(size, method);
          const after = vectors.map((vector) => search(resized.rows, vector));
          expect(after.map((code) => resized.remap[code])).toEqual(before);
          const [was, is] = [rowsOf(rows, codeDim), rowsOf(resized.rows, codeDim)];
          expect(after.map((code) => is[code])).toEqual(before.map((code) => was[code]));
        }
      }),
    );
  });

  it('refuses sizes and counts that cannot be', () => {
    const book = { rows: Float32Array.of(1, 2, 3), counts: [1, 2, 3], codeDim: 1, isCosine: false };
    for (const size of [0, 4, 1.5, NaN])
      expect(() => createResizer(book).resize(size, method)).toThrow(/can be made 1 to 3 codes large, asked for/);
    expect(() => createResizer({ ...book, counts: [1, 2] })).toThrow(/2 codes of 1 numbers are 2, found 3/);
    expect(() => createResizer({ ...book, counts: [1, -1, 0] })).toThrow(/Code 1 is said to occur -1 times/);
  });
});

describe('drop', () => {
  it('by hand: least used first, of equals the higher index; the nearest that stays stands in', () => {
    const book = { rows: Float32Array.of(0, 10, 4, 5, 6), counts: [3, 9, 1, 0, 1], codeDim: 1, isCosine: false };
    const dropper = createDropper(book);
    expect([...dropper.drop(4).remap]).toEqual([0, 1, 2, 2, 4]);
    expect([...dropper.drop(3).remap]).toEqual([0, 1, 2, 2, 2]);
    expect([...dropper.drop(2).remap]).toEqual([0, 1, 0, 0, 1]);
    expect([...dropper.drop(2).rows]).toEqual([0, 10, 0, 0, 10]);
  });

  it('finds the nearest of all that stay', () => {
    fc.assert(
      fc.property(books({ grid: 4 }), (book) => {
        const { counts, codeDim, rows } = book;
        const order = counts.map((_, code) => code).sort((a, b) => counts[b]! - counts[a]! || a - b);
        const dropper = createDropper(book);
        for (let size = 1; size < counts.length; size++) {
          const stays = new Set(order.slice(0, size));
          const { remap } = dropper.drop(size);
          for (const code of order.slice(size)) {
            const gaps = counts.map((_, other) =>
              stays.has(other)
                ? rows
                    .slice(other * codeDim, (other + 1) * codeDim)
                    .reduce((s, v, i) => s + (v - rows[code * codeDim + i]!) ** 2, 0)
                : Infinity,
            );
            expect(remap[code]).toBe(gaps.indexOf(Math.min(...gaps)));
          }
        }
      }),
    );
  });
});

describe('merge', () => {
  it('by hand: the mean by use, on the unit sphere where only directions count', () => {
    const plain = { rows: Float32Array.of(0, 4, 100), counts: [3, 1, 1], codeDim: 1, isCosine: false };
    const { rows, remap } = createMerger(plain).merge(2);
    expect([...rows]).toEqual([1, 1, 100]);
    expect([...remap]).toEqual([0, 0, 2]);
    const sphere = { rows: Float32Array.of(2, 0, 0, 5, -1, 0), counts: [1, 1, 7], codeDim: 2, isCosine: true };
    const merged = createMerger(sphere).merge(2);
    expect(merged.rows[0]).toBeCloseTo(Math.SQRT1_2, 6);
    expect(merged.rows[1]).toBeCloseTo(Math.SQRT1_2, 6);
    // A code that is left alone keeps its row, length and all.
    expect([...merged.rows.slice(4)]).toEqual([-1, 0]);
    expect([...merged.remap]).toEqual([0, 0, 2]);
  });

  it('loses no more than dropping does, by the distances it is made for', () => {
    const next = random(7);
    const [count, dim] = [96, 3];
    const rows = Float32Array.from({ length: count * dim }, () => next() + next() - 1);
    const counts = Array.from({ length: count }, () => Math.floor(200 * next() ** 3));
    const resizer = createResizer({ rows, counts, codeDim: dim, isCosine: false });
    const loss = (size: number, method: 'drop' | 'merge') => {
      const resized = resizer.resize(size, method);
      return rows.reduce((sum, value, i) => sum + counts[Math.floor(i / dim)]! * (value - resized.rows[i]!) ** 2, 0);
    };
    for (const size of [2, 3, 6, 12, 24, 48, 60]) expect(loss(size, 'merge')).toBeLessThan(loss(size, 'drop'));
  });

  it('4,096 codes of 8 numbers: the tree in seconds, every further size at once', () => {
    const next = random(3);
    const rows = Float32Array.from({ length: 4096 * 8 }, () => next() + next() + next() - 1.5);
    const counts = Array.from({ length: 4096 }, () => Math.floor(1000 * next() ** 4));
    const start = performance.now();
    const merger = createMerger({ rows, counts, codeDim: 8, isCosine: false });
    const built = performance.now();
    const sizes = [4095, 3000, 2048, 1000, 256, 37, 2];
    const times = sizes.map((size) => {
      const from = performance.now();
      merger.merge(size);
      return Math.round(10 * (performance.now() - from)) / 10;
    });
    console.info(
      `tree ${Math.round(built - start)} ms; cuts ${sizes.map((size, i) => `${size}: ${times[i]} ms`).join(', ')}`,
    );
    // Generous: the machine that runs this may be busy with something else.
    expect(built - start).toBeLessThan(4000);
  });
});
