import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fsqDigit, fsqDigits, fsqHistogram, fsqIndex, fsqSize, fsqValue } from '../fsq';
import { mixLatents, mixSteps, quantizeLatents, type Quantizer } from './quantize';
import { CodeSpace } from './space';

describe('the space of a codebook', () => {
  test('nearest codes, by hand: itself first, ties by index', () => {
    const line = new CodeSpace(Float32Array.of(0, 3, 1, -1, 0), 5);
    expect([...line.nearest(0, 5)]).toEqual([0, 4, 2, 3, 1]);
    expect([...line.nearest(4, 2)]).toEqual([4, 0]);
    expect([0, 1, 2, 4, 9].map((n) => line.nth(1, n))).toEqual([1, 2, 0, 3, 3]);
    expect(line.distance(1, 3)).toBe(4);
  });

  test('cosine compares directions', () => {
    const rows = Float32Array.of(1, 0, 100, 1, 0, 1);
    expect(new CodeSpace(rows, 3).nth(0, 1)).toBe(2);
    expect(new CodeSpace(rows, 3, true).nth(0, 1)).toBe(1);
  });

  test('refuses rows that do not divide', () => {
    expect(() => new CodeSpace(new Float32Array(7), 2)).toThrow(/7 numbers/);
  });

  test('equals sorting all distances, whatever was asked before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 2, maxLength: 120 }),
        fc.array(fc.tuple(fc.nat(200), fc.nat(70)), { minLength: 1, maxLength: 6 }),
        (values, questions) => {
          const rows = Float32Array.from(values.slice(0, values.length - (values.length % 2)));
          const size = rows.length / 2;
          const space = new CodeSpace(rows, size);
          for (const [one, count] of questions) {
            const code = one % size;
            const far = (k: number) =>
              k === code ? -1 : (rows[2 * k]! - rows[2 * code]!) ** 2 + (rows[2 * k + 1]! - rows[2 * code + 1]!) ** 2;
            const sorted = Array.from({ length: size }, (_, k) => k).sort((a, b) => far(a) - far(b) || a - b);
            expect([...space.nearest(code, count)]).toEqual(sorted.slice(0, count));
          }
        },
      ),
    );
  });

  test('the typical distance is that of all pairs', () => {
    const rows = Float32Array.from({ length: 60 }, (_, i) => Math.sin(i * 12.9898) * 3);
    const space = new CodeSpace(rows, 20);
    let sum = 0;
    for (let a = 0; a < 20; a++) for (let b = 0; b < 20; b++) sum += space.distance(a, b) ** 2;
    expect(space.typicalDistance).toBeCloseTo(Math.sqrt(sum / 400), 9);
  });
});

describe('FSQ', () => {
  const levels = [8, 5, 5, 5];
  test('digits and codes are each other’s inverse; the first dimension counts fastest', () => {
    expect(fsqSize(levels)).toBe(1000);
    expect(fsqDigits(1 + 8 * 2, levels)).toEqual([1, 2, 0, 0]);
    for (let index = 0; index < 1000; index++) expect(fsqIndex(fsqDigits(index, levels), levels)).toBe(index);
  });

  test('values, and what latents become', () => {
    expect([0, 4, 7].map((digit) => fsqValue(digit, 8))).toEqual([-1, 0, 0.75]);
    expect([-9, 0, 9].map((latent) => fsqDigit(latent, 8))).toEqual([0, 4, 7]);
    expect([-9, 0, 9].map((latent) => fsqDigit(latent, 5))).toEqual([0, 2, 4]);
  });

  test('the histogram counts every digit once', () => {
    expect(fsqHistogram([0, 1, 8], [8, 5])).toEqual([
      [2, 1, 0, 0, 0, 0, 0, 0],
      [2, 1, 0, 0, 0],
    ]);
  });
});

describe('mixing', () => {
  const vq: Quantizer = {
    ...{ kind: 'vq', codeDim: 1, cosine: false, fsqLevels: null },
    codebooks: [Float32Array.of(0, 1, 2, 3)],
  };
  const from = { latents: Float32Array.of(0, 3) };
  const to = { latents: Float32Array.of(3, 3) };

  test('the ends are the pictures, the codes jump between', () => {
    const steps = [...mixSteps(vq, from, to, 7)];
    expect(steps.map(({ codes }) => [...codes[0]!])).toEqual([
      [0, 3],
      [0, 3],
      [1, 3],
      [1, 3],
      [2, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(steps.map(({ jumped }) => jumped)).toEqual([0, 0, 1, 0, 1, 0, 1]);
    expect(steps.map(({ moved }) => moved)).toEqual([0, 0, 1, 1, 1, 1, 1]);
    expect(steps.map(({ t }) => t)[3]).toBe(0.5);
  });

  test('the ends are exact, and pictures of different sizes are refused', () => {
    const a = { latents: Float32Array.of(0.1, -0.7) };
    const b = { latents: Float32Array.of(1e-8, 3.3) };
    expect([mixLatents(a, b, 0), mixLatents(a, b, 1)]).toEqual([a, b]);
    expect(() => mixLatents(a, { latents: new Float32Array(3) }, 0.5)).toThrow(/different sizes/);
  });

  test('residual levels quantize what is left, two levels each their own', () => {
    const codebooks = [Float32Array.of(0, 2), Float32Array.of(-0.5, 0.5)];
    const rvq: Quantizer = { ...vq, kind: 'rvq', codebooks };
    expect(quantizeLatents(rvq, { latents: Float32Array.of(1.4, 0.9, 2.6) }).map((grid) => [...grid])).toEqual([
      [1, 0, 1],
      [0, 1, 1],
    ]);
    const pair = { latents: Float32Array.of(-1), topLatents: Float32Array.of(1.5) };
    expect(quantizeLatents({ ...rvq, kind: 'two-level' }, pair).map((grid) => [...grid])).toEqual([[1], [0]]);
  });
});
