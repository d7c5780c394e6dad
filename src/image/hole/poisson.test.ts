import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillHarmonic } from './poisson';
import { masks, noise } from './testing';

/** The same equations, by Gaussian elimination with pivots: one row per hidden cell. */
function solveDensely(
  width: number,
  height: number,
  hole: Uint8Array,
  values: Float32Array,
  channel: number,
): number[] {
  const cells = [...hole.keys()].filter((i) => hole[i]! > 0);
  const index = new Map(cells.map((cell, k) => [cell, k]));
  const n = cells.length;
  const rows = cells.map((cell, k) => {
    const row = new Float64Array(n + 1);
    const [x, y] = [cell % width, Math.floor(cell / width)];
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
      const other = (y + dy) * width + x + dx;
      row[k]! += 1;
      const j = index.get(other);
      if (j === undefined) row[n]! += values[4 * other + channel]!;
      else row[j]! -= 1;
    }
    return row;
  });
  for (let k = 0; k < n; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(rows[best]![k]!) ? k + i : best), k);
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let i = k + 1; i < n; i++) {
      const f = rows[i]![k]! / rows[k]![k]!;
      if (f !== 0) for (let j = k; j <= n; j++) rows[i]![j]! -= f * rows[k]![j]!;
    }
  }
  const out = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    let rest = rows[k]![n]!;
    for (let j = k + 1; j < n; j++) rest -= rows[k]![j]! * out[j]!;
    out[k] = rest / rows[k]![k]!;
  }
  return out;
}

/** Values of the size that differences of pictures have. */
function noisyValues(cells: number, seed: number): Float32Array {
  const random = noise(seed);
  return Float32Array.from({ length: 4 * cells }, () => 510 * random() - 255);
}

describe('fillHarmonic', () => {
  it('is the solution of the equations', () => {
    fc.assert(
      fc.property(masks, fc.nat(), ({ width, height, data: hole }, seed) => {
        if (hole.every((v) => v > 0)) return;
        const given = noisyValues(hole.length, seed);
        const filled = given.slice();
        fillHarmonic(width, height, hole, filled);
        for (let c = 0; c < 3; c++) {
          const exact = solveDensely(width, height, hole, given, c);
          let k = 0;
          hole.forEach((hidden, i) => {
            if (hidden > 0) expect(Math.abs(filled[4 * i + c]! - exact[k++]!)).toBeLessThan(0.1);
            else expect(filled[4 * i + c]).toBe(given[4 * i + c]);
          });
        }
        // The fourth channel is the caller's.
        hole.forEach((_, i) => expect(filled[4 * i + 3]).toBe(given[4 * i + 3]));
      }),
      { numRuns: 40 },
    );
  });

  // Polynomials that satisfy the five-point equation exactly.
  it.each([
    ['a plane', (x: number, y: number) => x - 2 * y + 1],
    ['a saddle', (x: number, y: number) => x * x - y * y],
    ['x y', (x: number, y: number) => x * y],
    ['a cubic', (x: number, y: number) => x * x * x - 3 * x * y * y],
  ])('finds %s over 500 x 300 cells, a spiral cut out of them', (_, f) => {
    const [width, height] = [500, 300];
    const hole = new Uint8Array(width * height);
    const values = new Float32Array(4 * hole.length);
    const wanted = new Float32Array(hole.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        const [u, v] = [x / (width / 2) - 1, y / (width / 2) - height / width];
        const spiral = Math.sin(5 * Math.atan2(v, u) + 40 * Math.hypot(u, v)) > 0.95;
        const edge = x === 0 || y === 0 || x === width - 1 || y === height - 1;
        hole[i] = edge || spiral ? 0 : 255;
        wanted[i] = 100 * f(u, v);
        if (hole[i] === 0) values.fill(wanted[i], 4 * i, 4 * i + 4);
      }
    }
    fillHarmonic(width, height, hole, values);
    let worst = 0;
    wanted.forEach((value, i) => {
      for (let c = 0; c < 3; c++) worst = Math.max(worst, Math.abs(values[4 * i + c]! - value));
    });
    expect(worst).toBeLessThan(0.1);
  });

  it('carries a constant to a border where nothing is given', () => {
    // The left column is known; right, top and bottom are the ends of the world.
    const [width, height] = [61, 47];
    const hole = Uint8Array.from({ length: width * height }, (_, i) => (i % width === 0 ? 0 : 255));
    const values = new Float32Array(4 * hole.length);
    hole.forEach((hidden, i) => hidden === 0 && values.set([30, -70, 200, 1], 4 * i));
    fillHarmonic(width, height, hole, values);
    hole.forEach((_, i) => {
      [30, -70, 200].forEach((wanted, c) => expect(Math.abs(values[4 * i + c]! - wanted)).toBeLessThan(0.05));
    });
  });

  it('is 0 where nothing is given at all', () => {
    for (const side of [1, 2, 7]) {
      const values = new Float32Array(4 * side * side).fill(9);
      fillHarmonic(side, side, new Uint8Array(side * side).fill(1), values);
      expect(Array.from(values)).toEqual(Array.from(values, (_, i) => (i % 4 === 3 ? 9 : 0)));
    }
    expect(() => fillHarmonic(2, 2, new Uint8Array(4), new Float32Array(12))).toThrow(/4 values each; got 4 and 12/);
  });
});
