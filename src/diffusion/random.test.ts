import { describe, expect, it } from 'vitest';
import { DRAW, Draws, philox, seedOf, toGumbel, toUniform } from './random';

const hex = (words: Uint32Array): string => Array.from(words, (word) => word.toString(16).padStart(8, '0')).join(' ');

function words(seed: number, c0: number, c1: number, c2: number): Uint32Array {
  const out = new Uint32Array(4);
  philox(seed, c0, c1, c2, out);
  return out;
}

/** The paper's definition in whole numbers of any size. */
function philoxInBigInt(seed: number, counter: readonly number[]): string {
  const low = (value: bigint) => value & 0xffffffffn;
  let [x0, x1, x2, x3] = [...counter, 0].map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = [BigInt(seed), 0n];
  for (let round = 0; round < 10; round++) {
    const first = 0xd2511f53n * x0;
    const second = 0xcd9e8d57n * x2;
    [x0, x1, x2, x3] = [(second >> 32n) ^ x1 ^ k0, low(second), (first >> 32n) ^ x3 ^ k1, low(first)];
    k0 = low(k0 + 0x9e3779b9n);
    k1 = low(k1 + 0xbb67ae85n);
  }
  return [x0, x1, x2, x3].map((x) => x.toString(16).padStart(8, '0')).join(' ');
}

describe('philox', () => {
  it("gives Random123's known answer for Philox4x32-10", () => {
    expect(hex(words(0, 0, 0, 0))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  });

  it('multiplies as whole numbers do, at the edges of 16 and 32 bits too', () => {
    const edges = [0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0x9e3779b9];
    for (const seed of edges)
      for (const c0 of edges)
        for (const c2 of edges) expect(hex(words(seed, c0, 12345, c2))).toBe(philoxInBigInt(seed, [c0, 12345, c2]));
  });
});

describe('uniform and Gumbel', () => {
  it('stay inside (0, 1) and finite at both ends, in f32 as well', () => {
    expect(toUniform(0)).toBe(2 ** -24);
    expect(toUniform(0xffffffff)).toBe(1 - 2 ** -24);
    expect(Math.fround(toUniform(0xffffffff))).toBe(1 - 2 ** -24);
    expect(toGumbel(toUniform(0))).toBeCloseTo(-Math.log(24 * Math.LN2), 12);
    expect(toGumbel(toUniform(0xffffffff))).toBeLessThanOrEqual(24 * Math.LN2);
  });

  it('have the means of their distributions', () => {
    const gumbels = new Draws(5, 1, 0).gumbels(60_000);
    const mean = gumbels.reduce((sum, value) => sum + value, 0) / gumbels.length;
    const square = gumbels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / gumbels.length;
    // Euler's constant and pi^2 / 6; five standard errors.
    expect(Math.abs(mean - 0.5772)).toBeLessThan(5 * 0.0053);
    expect(Math.abs(square - Math.PI ** 2 / 6)).toBeLessThan(5 * 0.0142);
  });
});

describe('Draws', () => {
  it('noise of category k is lane k % 4 of draw floor(k / 4), however many are asked for', () => {
    const draws = new Draws(9, 3, 17);
    const all = draws.gumbels(11);
    expect([...draws.gumbels(5)]).toEqual([...all.subarray(0, 5)]);
    for (let k = 0; k < 11; k++) expect(all[k]).toBe(toGumbel(draws.uniforms(k >> 2)[k % 4]!));
  });

  it('every part of the address counts', () => {
    const first = (seed: number, step: number, position: number, draw: number) =>
      new Draws(seed, step, position).uniforms(draw)[0];
    const base = first(1, 2, 3, 4);
    for (const other of [first(2, 2, 3, 4), first(1, 3, 3, 4), first(1, 2, 4, 4), first(1, 2, 3, 5)])
      expect(other).not.toBe(base);
  });

  it('keeps its purposes apart from the noise of any codebook up to 2^18 codes', () => {
    const purposes = Object.values(DRAW);
    expect(new Set(purposes).size).toBe(purposes.length);
    for (const draw of purposes) expect(draw).toBeGreaterThanOrEqual(2 ** 18 / 4);
  });

  it('normal numbers have mean 0, variance 1, and go on where fewer were asked for', () => {
    const draws = new Draws(3, 1, 2);
    const all = draws.normals(40_001);
    expect([...draws.normals(7)]).toEqual([...all.subarray(0, 7)]);
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    const variance = all.reduce((sum, value) => sum + value * value, 0) / all.length;
    expect(Math.abs(mean)).toBeLessThan(0.025);
    expect(Math.abs(variance - 1)).toBeLessThan(0.035);
  });

  it('seeds of a batch go round at 2^32', () => {
    expect(seedOf(0xfffffffe, 3)).toBe(1);
  });
});
