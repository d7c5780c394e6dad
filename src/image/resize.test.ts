import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitPicture } from './fit';
import { largestDifference, pictureOf, readFixture, type RawPicture } from './fixtures/read';
import { cropTo, cutRect, flattenAlpha, padToMultiple, pictureFrom } from './picture';
import { applyTables, clipTable, resampleTable, resize } from './resize';
import type { Fit } from './types';

interface Fixture {
  sources: Record<string, RawPicture>;
  cases: { source: string; how: 'resize' | Fit; size: [number, number]; out: RawPicture }[];
}
const fixture = readFixture<Fixture>('resize');

describe('against Pillow', () => {
  it.each(fixture.cases)('$source, $how to $size', ({ source, how, size, out }) => {
    const picture = pictureOf(fixture.sources[source]!);
    const made = how === 'resize' ? resize(picture, ...size) : fitPicture(picture, size[0], how);
    expect(largestDifference(made, pictureOf(out))).toBeLessThanOrEqual(1);
  });
});

describe('resampleTable', () => {
  it('has rows that sum to 1 and stay inside the input', () => {
    const size = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(size, size, fc.double({ min: 0, max: 0.9, noNaN: true }), (inSize, outSize, cut) => {
        const table = resampleTable(inSize, outSize, { start: cut * inSize * 0.5, end: inSize * (1 - cut * 0.5) });
        for (let i = 0; i < outSize; i++) {
          const row = table.weights.subarray(i * table.taps, (i + 1) * table.taps);
          expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
          expect(table.starts[i]).toBeGreaterThanOrEqual(0);
          expect(table.starts[i]! + table.taps).toBeLessThanOrEqual(inSize);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('copies with one tap', () => {
    expect(resampleTable(9, 4, { start: 3, end: 7 })).toMatchObject({ taps: 1, starts: Int32Array.of(3, 4, 5, 6) });
  });

  it('keeps the weights of what remains when clipped', () => {
    const clipped = clipTable(resampleTable(40, 10), 15, 10);
    expect(clipped.weights.length).toBe(10 * clipped.taps);
    expect(clipped.weights.slice(0, clipped.taps)).toEqual(new Float32Array(clipped.taps));
    expect(() => resampleTable(4, 4, { start: 2, end: 5 })).toThrow(RangeError);
  });
});

describe('fitPicture', () => {
  it.each([
    [1, 1],
    [8192, 1],
    [1, 8192],
    [5000, 3],
  ])('takes %i x %i', (width, height) => {
    const picture = pictureFrom(width, height, new Uint8ClampedArray(width * height * 4).fill(60));
    for (const fit of ['cover', 'contain'] as const) {
      const fitted = fitPicture(picture, 32, fit);
      expect([fitted.width, fitted.height]).toEqual([32, 32]);
      expect(fitted.data.every((v, i) => i % 4 !== 3 || v === 255)).toBe(true);
    }
    const middle = fitPicture(picture, 32, 'cover').data[4 * (16 * 32 + 16)]!;
    expect(middle).toBe(60);
  });

  it('makes a picture strip by strip, the same as in one piece', () => {
    const picture = pictureOf(fixture.sources['coffee']!);
    for (const [width, height] of [
      [20, 90],
      [64, 11],
    ] as const) {
      const tables = [resampleTable(61, width), resampleTable(47, height)] as const;
      expect(applyTables(picture, ...tables, 1)).toEqual(applyTables(picture, ...tables));
    }
  });
});

describe('cutting and padding', () => {
  const picture = pictureOf(fixture.sources['coffee']!);

  it('pads with the edge and crops back', () => {
    const padded = padToMultiple(picture, 8);
    expect([padded.width, padded.height]).toEqual([64, 48]);
    expect(padded.data.slice(4 * 63, 4 * 64)).toEqual(picture.data.slice(4 * 60, 4 * 61));
    expect(cropTo(padded, 61, 47)).toEqual(picture);
    expect(padToMultiple(padded, 8)).toBe(padded);
  });

  it('repeats the edge on every side of a cut', () => {
    const cut = cutRect(picture, { x: -70, y: -3, width: 200, height: 60 });
    const pixel = (x: number, y: number) => cut.data.slice(4 * (y * 200 + x), 4 * (y * 200 + x) + 4);
    expect(pixel(0, 0)).toEqual(picture.data.slice(0, 4));
    expect(pixel(199, 59)).toEqual(picture.data.slice(-4));
    expect(pixel(70 + 11, 3 + 5)).toEqual(picture.data.slice(4 * (5 * 61 + 11), 4 * (5 * 61 + 12)));
  });
});

describe('flattenAlpha', () => {
  it('lays colours that are not premultiplied on white', () => {
    const flat = flattenAlpha({
      width: 4,
      height: 1,
      data: Uint8ClampedArray.of(10, 20, 30, 255, 9, 9, 9, 0, 255, 0, 100, 128, 0, 0, 0, 1),
    });
    expect([...flat.data]).toEqual([10, 20, 30, 255, 255, 255, 255, 255, 255, 127, 177, 255, 254, 254, 254, 255]);
  });

  it('refuses arrays of another length', () => {
    expect(() => pictureFrom(2, 2, new Uint8ClampedArray(12))).toThrow(/16 values, not 12/);
    expect(() => pictureFrom(0, 2)).toThrow(RangeError);
  });
});
