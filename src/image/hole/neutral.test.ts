import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flattenAlpha } from '../picture';
import type { Picture } from '../types';
import { fullMask } from './mask';
import { neutralise } from './neutral';
import { linearTaps } from './pyramid';
import { blockMasks, changedUnder, masks, noiseImage } from './testing';
import type { Mask } from './types';

/** The definition, level by level, one channel, in double precision. */
function slowly(picture: Picture, mask: Mask, channel: number): number[] {
  interface Level {
    width: number;
    height: number;
    sum: number[];
    weight: number[];
  }
  const known = Array.from(mask.data, (v) => (v > 0 ? 0 : 1));
  const levels: Level[] = [{ ...mask, sum: known.map((k, i) => k * picture.data[4 * i + channel]!), weight: known }];
  for (let l = levels[0]!; l.width > 1 || l.height > 1;) {
    const [width, height] = [Math.ceil(l.width / 2), Math.ceil(l.height / 2)];
    const total = (of: number[], x: number, y: number) =>
      [0, 1, 2, 3].reduce((s, k) => {
        const [fx, fy] = [2 * x + (k & 1), 2 * y + (k >> 1)];
        return s + (fx < l.width && fy < l.height ? of[fy * l.width + fx]! : 0);
      }, 0);
    const each = (of: number[]) =>
      Array.from({ length: width * height }, (_, i) => total(of, i % width, Math.floor(i / width)));
    levels.push((l = { width, height, sum: each(l.sum), weight: each(l.weight) }));
  }
  let colours: number[] = [];
  let from = levels.at(-1)!;
  for (const l of levels.reverse()) {
    const at = (x: number, y: number) =>
      colours[Math.min(Math.max(y, 0), from.height - 1) * from.width + Math.min(Math.max(x, 0), from.width - 1)]!;
    const next = l.weight.map((w, i) => {
      if (w > 0) return l.sum[i]! / w;
      const fx = ((i % l.width) + 0.5) * (from.width / l.width) - 0.5;
      const fy = (Math.floor(i / l.width) + 0.5) * (from.height / l.height) - 0.5;
      const [x, y] = [Math.floor(fx), Math.floor(fy)];
      const mix = (a: number, b: number, t: number) => a * (1 - t) + b * t;
      return mix(mix(at(x, y), at(x + 1, y), fx - x), mix(at(x, y + 1), at(x + 1, y + 1), fx - x), fy - y);
    });
    [colours, from] = [next, l];
  }
  return colours;
}

describe('linearTaps', () => {
  it('enlarges as cv2.resize with INTER_LINEAR does', () => {
    const enlarged = (values: number[], size: number) => {
      const { low, high, share } = linearTaps(values.length, size);
      return Array.from(low, (l, i) => values[l]! * (1 - share[i]!) + values[high[i]!]! * share[i]!);
    };
    expect(enlarged([0, 10], 4)).toEqual([0, 2.5, 7.5, 10]);
    enlarged([0, 10, 20], 5).forEach((v, i) => expect(v).toBeCloseTo([0, 4, 10, 16, 20][i]!, 9));
    expect(enlarged([7], 3)).toEqual([7, 7, 7]);
  });
});

describe('neutralise', () => {
  it('gives the same for two pictures that differ only under the mask', () => {
    fc.assert(
      fc.property(fc.oneof(masks, blockMasks), (mask) => {
        const image = noiseImage(mask.width, mask.height, 3);
        const other = changedUnder(image, mask, 4);
        expect(neutralise(flattenAlpha(other), mask)).toEqual(neutralise(flattenAlpha(image), mask));
      }),
    );
  });

  it('keeps known pixels and stays between the darkest and the brightest of them', () => {
    fc.assert(
      fc.property(fc.oneof(masks, blockMasks), (mask) => {
        const picture = flattenAlpha(noiseImage(mask.width, mask.height, 5));
        const before = picture.data.slice();
        const { data } = neutralise(picture, mask);
        const known = [...mask.data.keys()].filter((i) => mask.data[i] === 0);
        expect(picture.data).toEqual(before);
        for (let i = 0; i < data.length; i++) {
          if (mask.data[i >> 2] === 0) expect(data[i]).toBe(before[i]);
          else if (i % 4 === 3 || known.length === 0) expect(data[i]).toBe(255);
          else {
            const all = known.map((k) => before[4 * k + (i % 4)]!);
            expect(data[i]).toBeGreaterThanOrEqual(Math.min(...all));
            expect(data[i]).toBeLessThanOrEqual(Math.max(...all));
          }
        }
      }),
    );
  });

  it('is the pyramid that its description says', () => {
    fc.assert(
      fc.property(fc.oneof(masks, blockMasks), (mask) => {
        if (mask.data.every((v) => v > 0)) return;
        const picture = flattenAlpha(noiseImage(mask.width, mask.height, 6));
        const { data } = neutralise(picture, mask);
        for (let c = 0; c < 3; c++) {
          slowly(picture, mask, c).forEach((value, i) => {
            // Half a level for rounding, and what float32 adds to it.
            expect(Math.abs(data[4 * i + c]! - value)).toBeLessThan(0.501);
          });
        }
      }),
    );
  });

  it('makes a ramp between two known columns, worked out by hand', () => {
    // Known: 0 and 200 at both ends of a row of 8. Sums over two: 0, -, -, 200; over four: 0, 200; over all: 200 of weight 2.
    // On the way up the two in the middle are 0.25 and 0.75 of the way between 0 and 200: 50 and 150.
    const data = new Uint8ClampedArray(4 * 8).fill(255);
    for (let c = 0; c < 3; c++) [data[c], data[28 + c]] = [0, 200];
    const mask = { width: 8, height: 1, data: Uint8Array.of(0, 255, 1, 255, 255, 128, 255, 0) };
    const { data: out } = neutralise({ width: 8, height: 1, data }, mask);
    // Pixel 1 lies a quarter from 0 towards 50, pixel 2 a quarter from 50 towards 0. 12.5 and 37.5 round to even.
    expect(Array.from({ length: 8 }, (_, i) => out[4 * i])).toEqual([0, 12, 38, 75, 125, 162, 188, 200]);
  });

  it('is white where nothing is known, and refuses a mask of another size', () => {
    const picture = flattenAlpha(noiseImage(5, 4, 7));
    expect(neutralise(picture, fullMask(5, 4)).data.every((v) => v === 255)).toBe(true);
    expect(() => neutralise(picture, fullMask(4, 5))).toThrow(/5 x 4 picture needs a mask of its size, not 4 x 5/);
  });
});
