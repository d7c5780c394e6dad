import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flattenAlpha, pictureFrom } from '../picture';
import type { Rect } from '../types';
import { cutMask, emptyMask } from './mask';
import { fillRect } from './paint';
import { cutImage } from './rect';
import { chooseSquare, prepareSquare, prepareWhole } from './square';
import { blockMasks, changedUnder, isIn, masks, noiseImage } from './testing';

const rect = (x: number, y: number, width: number, height: number): Rect => ({ x, y, width, height });

describe('chooseSquare', () => {
  it.each([
    ['all of a small square picture', 128, 128, rect(3, 4, 5, 6), 128, rect(0, 0, 128, 128)],
    ['all of a square picture of four times the resolution', 512, 512, rect(3, 4, 5, 6), 128, rect(0, 0, 512, 512)],
    ['a part of a larger one', 513, 513, rect(300, 300, 20, 10), 128, rect(246, 241, 128, 128)],
    ['twice the hole in a photo', 3000, 2000, rect(1300, 800, 400, 300), 128, rect(1100, 550, 800, 800)],
    [
      'inside the picture, when the hole is in a corner',
      3000,
      2000,
      rect(2900, 0, 100, 100),
      128,
      rect(2800, 0, 200, 200),
    ],
    ['the shorter side at most', 3000, 2000, rect(100, 0, 1500, 2000), 128, rect(0, 0, 2000, 2000)],
    ['a strip smaller than the model', 300, 60, rect(100, 10, 20, 20), 128, rect(80, 0, 60, 60)],
    [
      'beyond the picture around a hole longer than its shorter side',
      3000,
      500,
      rect(0, 100, 700, 9),
      128,
      rect(0, -450, 1400, 1400),
    ],
    ['the longer side at most', 3000, 500, rect(0, 0, 3000, 500), 128, rect(0, -1250, 3000, 3000)],
  ])('takes %s', (_, width, height, bounds, resolution, wanted) => {
    expect(chooseSquare(width, height, bounds, resolution)).toEqual(wanted);
  });

  it('always holds the hole, in whole pixels', () => {
    const side = fc.integer({ min: 1, max: 900 });
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(side, side, fc.tuple(part, part, part, part), fc.constantFrom(1, 64, 128), (w, h, parts, size) => {
        const stretch = (length: number, a: number, b: number) => {
          const extent = Math.max(1, Math.round(a * length));
          return [Math.round(b * (length - extent)), extent] as const;
        };
        const [x, bw] = stretch(w, parts[0], parts[1]);
        const [y, bh] = stretch(h, parts[2], parts[3]);
        const square = chooseSquare(w, h, rect(x, y, bw, bh), size);
        expect(square.width).toBe(square.height);
        expect([square.x, square.y, square.width].every(Number.isInteger)).toBe(true);
        expect(isIn(square, x, y) && isIn(square, x + bw - 1, y + bh - 1)).toBe(true);
        const shorter = Math.min(w, h);
        if (Math.max(bw, bh) <= shorter) {
          expect(square.width).toBeLessThanOrEqual(shorter);
          expect(square.width).toBeGreaterThanOrEqual(Math.min(size, shorter));
          expect(isIn(rect(0, 0, w, h), square.x, square.y)).toBe(true);
          expect(isIn(rect(0, 0, w, h), square.x + square.width - 1, square.y + square.height - 1)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a hole that is not in the picture', () => {
    expect(() => chooseSquare(100, 100, rect(90, 0, 20, 5), 128)).toThrow(/20 x 5 at \(90, 0\) is not in a 100 x 100/);
    expect(() => chooseSquare(100, 100, rect(0, 0, 0, 5), 128)).toThrow(RangeError);
  });
});

describe('prepareSquare', () => {
  const anywhere = fc.record({
    x: fc.integer({ min: -12, max: 20 }),
    y: fc.integer({ min: -12, max: 20 }),
    side: fc.integer({ min: 1, max: 30 }),
    size: fc.integer({ min: 1, max: 40 }),
  });

  it('gives the same for two pictures that differ only under the mask', () => {
    fc.assert(
      fc.property(blockMasks, anywhere, (mask, { x, y, side, size }) => {
        const image = noiseImage(mask.width, mask.height, 11);
        const other = changedUnder(image, mask, 12);
        const square = rect(x, y, side, side);
        expect(prepareSquare(other, mask, square, size)).toEqual(prepareSquare(image, mask, square, size));
      }),
    );
  });

  it('calls every pixel hole whose area touches a hidden one', () => {
    fc.assert(
      fc.property(masks, anywhere, (mask, { x, y, side, size }) => {
        const { hole, picture } = prepareSquare(
          noiseImage(mask.width, mask.height, 1),
          mask,
          rect(x, y, side, side),
          size,
        );
        expect([picture.width, picture.height, hole.length]).toEqual([size, size, size * size]);
        const cut = cutMask(mask, rect(x, y, side, side));
        // Source s covers [s, s + 1), target t [t, t + 1) * side / size: they share more than a point. In whole numbers.
        const touches = (s: number, t: number) => s * size < (t + 1) * side && (s + 1) * size > t * side;
        hole.forEach((found, i) => {
          const [tx, ty] = [i % size, Math.floor(i / size)];
          const hidden = cut.data.some((v, s) => v > 0 && touches(s % side, tx) && touches(Math.floor(s / side), ty));
          expect(found).toBe(hidden ? 255 : 0);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('leaves the known pixels as they are at the same size, laid on white', () => {
    const image = noiseImage(20, 14, 2);
    const mask = emptyMask(20, 14);
    fillRect(mask, rect(9, 5, 3, 3), 'hole');
    const square = rect(4, -2, 16, 16);
    const { picture, hole } = prepareSquare(image, mask, square, 16);
    const flat = flattenAlpha(cutImage(image, square));
    hole.forEach((hidden, i) => {
      if (hidden === 0) expect(picture.data.subarray(4 * i, 4 * i + 4)).toEqual(flat.data.subarray(4 * i, 4 * i + 4));
    });
    expect(hole.filter((v) => v > 0).length).toBe(9 + 2 * 16);
  });

  it('does not squash', () => {
    expect(() => prepareSquare(pictureFrom(9, 9), emptyMask(9, 9), rect(0, 0, 9, 8), 8)).toThrow(/not from 9 x 8/);
    expect(() => prepareSquare(pictureFrom(9, 9), emptyMask(9, 9), rect(0.5, 0, 8, 8), 8)).toThrow(/whole pixels/);
    expect(() => prepareSquare(pictureFrom(9, 9), emptyMask(9, 8), rect(0, 0, 8, 8), 8)).toThrow(
      /needs a mask of its size/,
    );
  });
});

describe('prepareWhole', () => {
  it.each([
    ['grows inside the picture', rect(100, 40, 30, 30), rect(100, 40, 32, 32)],
    ['moves back where the picture ends', rect(275, 170, 25, 30), rect(268, 168, 32, 32)],
    ['reaches beyond a picture that is not a whole multiple', rect(0, 0, 300, 200), rect(0, 0, 304, 200)],
    ['keeps what fits', rect(-8, 0, 16, 24), rect(-8, 0, 16, 24)],
  ])('%s', (_, asked, wanted) => {
    const image = noiseImage(300, 200, 3);
    const mask = emptyMask(300, 200);
    const { rect: grown, picture, hole } = prepareWhole(image, mask, asked, 8);
    expect(grown).toEqual(wanted);
    expect([picture.width, picture.height, hole.length]).toEqual([
      wanted.width,
      wanted.height,
      wanted.width * wanted.height,
    ]);
    const flat = flattenAlpha(image);
    hole.forEach((hidden, i) => {
      const [x, y] = [wanted.x + (i % wanted.width), wanted.y + Math.floor(i / wanted.width)];
      const outside = x < 0 || y < 0 || x >= 300 || y >= 200;
      if (outside !== hidden > 0) expect.fail(`(${x}, ${y}) is ${hidden}`);
      if (!outside && picture.data[4 * i] !== flat.data[4 * (y * 300 + x)]) expect.fail(`(${x}, ${y}) changed`);
    });
  });
});
