import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_TARGET, squaredDistances } from './distance';
import {
  countHole,
  cutMask,
  emptyMask,
  fullMask,
  growMask,
  holeBounds,
  invertMask,
  isEmptyMask,
  maskFromImage,
  maskToImage,
} from './mask';
import { drawn, isIn, maskOf, masks, noiseImage } from './testing';
import type { Mask } from './types';

/** The obvious way: every pixel against every other. */
function grownSlowly({ width, height, data }: Mask, pixels: number): number[] {
  const grow = pixels > 0;
  return Array.from(data, (old, i) => {
    for (let j = 0; j < width * height; j++) {
      const dx = (i % width) - (j % width);
      const dy = Math.floor(i / width) - Math.floor(j / width);
      if (data[j]! >= 128 === grow && dx * dx + dy * dy <= pixels * pixels) return grow ? 255 : 0;
    }
    return old;
  });
}

describe('squaredDistances', () => {
  it('finds the nearest of all targets', () => {
    fc.assert(
      fc.property(masks, ({ width, height, data }) => {
        const found = squaredDistances(width, height, data);
        const targets = [...data.keys()].filter((j) => data[j]! > 0);
        data.forEach((_, i) => {
          const all = targets.map(
            (j) => ((i % width) - (j % width)) ** 2 + (Math.floor(i / width) - Math.floor(j / width)) ** 2,
          );
          expect(found[i]).toBe(Math.min(NO_TARGET, ...all));
        });
      }),
      { numRuns: 100 },
    );
  });

  it('is exact across a picture of the largest side', () => {
    const line = new Uint8Array(8192);
    line[0] = 1;
    expect(squaredDistances(8192, 1, line)[8191]).toBe(8191 ** 2);
    expect(squaredDistances(1, 8192, line)[8191]).toBe(8191 ** 2);
    expect(() => squaredDistances(3, 3, line)).toThrow(/9 cells, not 8192/);
  });
});

describe('making and measuring', () => {
  it('makes empty and full masks, and says what sizes there are', () => {
    expect(isEmptyMask(emptyMask(3, 2))).toBe(true);
    expect(Array.from(fullMask(3, 2).data)).toEqual([255, 255, 255, 255, 255, 255]);
    expect(isEmptyMask(fullMask(1, 1))).toBe(false);
    for (const [w, h] of [
      [0, 4],
      [4, -1],
      [2.5, 4],
      [8193, 1],
      [NaN, 1],
    ] as const) {
      expect(() => emptyMask(w, h)).toThrow(/whole sides from 1 to 8192/);
    }
  });

  it('counts hidden pixels and frames them', () => {
    expect(holeBounds(emptyMask(5, 5))).toBeNull();
    expect(holeBounds(maskOf('.....', '..#..', '.....', '#....'))).toEqual({ x: 0, y: 1, width: 3, height: 3 });
    fc.assert(
      fc.property(masks, (mask) => {
        const hidden = [...mask.data.keys()].filter((i) => mask.data[i]! > 0);
        expect(countHole(mask)).toBe(hidden.length);
        expect(isEmptyMask(mask)).toBe(hidden.length === 0);
        const xs = hidden.map((i) => i % mask.width);
        const ys = hidden.map((i) => Math.floor(i / mask.width));
        const [x, y] = [Math.min(...xs), Math.min(...ys)];
        expect(holeBounds(mask)).toEqual(
          hidden.length === 0 ? null : { x, y, width: Math.max(...xs) - x + 1, height: Math.max(...ys) - y + 1 },
        );
      }),
    );
  });
});

describe('growMask', () => {
  it('grows by a disc, not by a square', () => {
    expect(
      drawn(growMask(maskOf('.......', '.......', '.......', '...#...', '.......', '.......', '.......'), 2)),
    ).toEqual(['.......', '...#...', '..###..', '.#####.', '..###..', '...#...', '.......']);
  });

  it('shrinks from known pixels only: the border of the picture is no edge', () => {
    expect(drawn(growMask(maskOf('####.', '####.', '####.'), -1))).toEqual(['###..', '###..', '###..']);
    expect(drawn(growMask(fullMask(3, 3), -2))).toEqual(['###', '###', '###']);
  });

  it('is what comparing every pixel with every other gives', () => {
    fc.assert(
      fc.property(masks, fc.constantFrom(-7, -3, -2.3, -1, -0.4, 0.4, 1, 1.5, 2, 3, 5, 40), (mask, pixels) => {
        const before = mask.data.slice();
        expect(Array.from(growMask(mask, pixels).data)).toEqual(grownSlowly(mask, pixels));
        expect(growMask(invertMask(mask), -pixels)).toEqual(invertMask(growMask(mask, pixels)));
        expect(mask.data).toEqual(before);
      }),
      { numRuns: 150 },
    );
  });

  it('leaves a mask as it is at 0, and refuses what is no number', () => {
    const soft: Mask = { width: 3, height: 1, data: Uint8Array.of(20, 200, 255) };
    expect(growMask(soft, 0)).toEqual(soft);
    expect(() => growMask(soft, NaN)).toThrow(/number of pixels, not by NaN/);
  });
});

describe('cutting and pictures', () => {
  it('takes what lies outside of the picture for hole', () => {
    const rect = fc.record({
      x: fc.integer({ min: -30, max: 30 }),
      y: fc.integer({ min: -30, max: 30 }),
      width: fc.integer({ min: 1, max: 40 }),
      height: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(masks, rect, (mask, { x, y, width, height }) => {
        const cut = cutMask(mask, { x, y, width, height });
        expect([cut.width, cut.height, cut.data.length]).toEqual([width, height, width * height]);
        const whole = { x: 0, y: 0, width: mask.width, height: mask.height };
        cut.data.forEach((value, i) => {
          const [px, py] = [x + (i % width), y + Math.floor(i / width)];
          expect(value).toBe(isIn(whole, px, py) ? mask.data[py * mask.width + px] : 255);
        });
      }),
    );
  });

  it('reads the red channel, and writes grey that reads back', () => {
    const image = noiseImage(7, 5, 1);
    const mask = maskFromImage(image);
    expect(Array.from(mask.data)).toEqual(Array.from({ length: 35 }, (_, i) => image.data[4 * i]));
    const grey = maskToImage(mask);
    expect(maskFromImage(grey)).toEqual(mask);
    expect(Array.from(grey.data.subarray(0, 4))).toEqual([mask.data[0], mask.data[0], mask.data[0], 255]);
    expect(() => maskFromImage({ width: 2, height: 2, data: new Uint8Array(9) })).toThrow(/16 values, not 9/);
  });

  it('inverts', () => {
    expect(Array.from(invertMask({ width: 3, height: 1, data: Uint8Array.of(0, 100, 255) }).data)).toEqual([
      255, 155, 0,
    ]);
  });
});
