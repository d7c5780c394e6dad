import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flattenAlpha, pictureFrom, type RgbaImage } from '../picture';
import { resize } from '../resize';
import type { Picture, Rect } from '../types';
import { composeAnswer } from './blend';
import { emptyMask, fullMask } from './mask';
import { neutralise } from './neutral';
import { fillRect } from './paint';
import { intersectRects, wholeOf } from './rect';
import { blockMasks, changedUnder, isIn, masks, noiseImage } from './testing';
import type { Blend } from './types';

const blends: Blend[] = ['none', 'feather', 'poisson'];
const blend = fc.constantFrom(...blends);
const part = fc.record({
  x: fc.integer({ min: -10, max: 10 }),
  y: fc.integer({ min: -10, max: 10 }),
  side: fc.integer({ min: 12, max: 40 }),
});
const squareOf = ({ x, y, side }: { x: number; y: number; side: number }): Rect => ({
  x,
  y,
  width: side,
  height: side,
});
const answerOf = (side: number, seed = 21): Picture => flattenAlpha(noiseImage(side, side, seed));
const pixel = (image: RgbaImage, i: number) => Array.from(image.data.subarray(4 * i, 4 * i + 4));
const opaque = (width: number, height: number, colour: (x: number, y: number) => number): Picture =>
  pictureFrom(
    width,
    height,
    Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) =>
      i % 4 === 3 ? 255 : colour((i >> 2) % width, Math.floor((i >> 2) / width)),
    ),
  );

describe('composeAnswer', () => {
  it('keeps everything outside of the mask and of the square, colours under alpha 0 too', () => {
    fc.assert(
      fc.property(masks, part, blend, (mask, place, blend) => {
        const image = noiseImage(mask.width, mask.height, 31);
        const before = image.data.slice();
        const square = squareOf(place);
        fc.pre(intersectRects(square, wholeOf(mask)) !== null);
        const out = composeAnswer(image, mask, square, answerOf(9), blend);
        expect(image.data).toEqual(before);
        mask.data.forEach((hidden, i) => {
          const inside = isIn(square, i % mask.width, Math.floor(i / mask.width));
          if (hidden === 0 || !inside) expect(pixel(out, i)).toEqual(pixel(image, i));
          else if (blend !== 'none' || hidden >= 128) expect(out.data[4 * i + 3]).toBe(255);
        });
      }),
    );
  });

  it('shows nothing of what was hidden', () => {
    fc.assert(
      fc.property(blockMasks, blend, (mask, blend) => {
        const image = noiseImage(mask.width, mask.height, 32);
        const other = changedUnder(image, mask, 33);
        const square = { x: -3, y: 0, width: 40, height: 40 };
        const answer = answerOf(16);
        expect(composeAnswer(other, mask, square, answer, blend)).toEqual(
          composeAnswer(image, mask, square, answer, blend),
        );
      }),
    );
    fc.assert(
      fc.property(masks, (mask) => {
        const image = noiseImage(mask.width, mask.height, 32);
        const other = changedUnder(image, mask, 33);
        const square = { x: 0, y: 0, width: 24, height: 24 };
        const [a, b] = [image, other].map((one) => composeAnswer(one, mask, square, answerOf(24), 'poisson'));
        expect(a).toEqual(b);
      }),
    );
  });

  it('takes an answer of the same size bit for bit, and enlarges another as `resize` does', () => {
    const image = noiseImage(50, 40, 34);
    const mask = emptyMask(50, 40);
    fillRect(mask, { x: 12, y: 9, width: 11, height: 13 }, 'hole');
    for (const side of [32, 13]) {
      const answer = answerOf(side);
      const enlarged = resize(answer, 32, 32);
      const out = composeAnswer(image, mask, { x: 5, y: 3, width: 32, height: 32 }, answer, 'none');
      mask.data.forEach((hidden, i) => {
        const [x, y] = [(i % 50) - 5, Math.floor(i / 50) - 3];
        if (hidden > 0) expect(pixel(out, i)).toEqual(pixel(enlarged, y * 32 + x));
      });
    }
  });

  it('without blending, takes the answer from 128 on', () => {
    const image = noiseImage(4, 1, 35);
    const mask = { width: 4, height: 1, data: Uint8Array.of(0, 127, 128, 255) };
    const answer = opaque(4, 4, () => 77);
    const out = composeAnswer(image, mask, { x: 0, y: 0, width: 4, height: 4 }, answer, 'none');
    expect([0, 1].map((i) => pixel(out, i))).toEqual([0, 1].map((i) => pixel(image, i)));
    expect([2, 3].map((i) => pixel(out, i))).toEqual([2, 3].map(() => [77, 77, 77, 255]));
  });

  it('feathers from the stand-in to the answer over three of its pixels, by hand', () => {
    const image = opaque(64, 64, () => 100);
    const mask = emptyMask(64, 64);
    fillRect(mask, { x: 20, y: 0, width: 44, height: 64 }, 'hole');
    const row = (side: number) =>
      Array.from({ length: 11 }, (_, k) => {
        const out = composeAnswer(
          image,
          mask,
          { x: 0, y: 0, width: 64, height: 64 },
          opaque(side, side, () => 200),
          'feather',
        );
        return out.data[4 * (30 * 64 + 18 + k)];
      });
    // smoothstep((distance - 0.5) / 3), and from there on all answer; to the right and above is no edge.
    expect(row(64)).toEqual([100, 100, 107, 150, 193, 200, 200, 200, 200, 200, 200]);
    // Half as many pixels of the answer: twice as wide.
    expect(row(32)).toEqual([100, 100, 102, 116, 138, 162, 184, 198, 200, 200, 200]);
  });

  it('feathers a soft mask with the picture, laid on white', () => {
    const image = { width: 9, height: 9, data: new Uint8ClampedArray(4 * 81).map((_, i) => (i % 4 === 3 ? 51 : 0)) };
    const mask = fullMask(9, 9);
    mask.data[40] = 51;
    const out = composeAnswer(
      image,
      mask,
      { x: 0, y: 0, width: 9, height: 9 },
      opaque(9, 9, () => 104),
      'feather',
    );
    // Black at a fifth on white is 204; four fifths of that and one of the answer.
    expect(pixel(out, 40)).toEqual([184, 184, 184, 255]);
    expect(pixel(out, 0)).toEqual([104, 104, 104, 255]);
  });

  it('clones without a seam: what an answer is off by comes back right', () => {
    const wanted = (x: number, y: number) => 60 + ((x * 37 + y * 91) % 23);
    const image = opaque(90, 70, wanted);
    const square = { x: 5, y: -10, width: 80, height: 80 };
    const worstWith = (hole: Rect[], off: (x: number, y: number) => number) => {
      const mask = emptyMask(90, 70);
      hole.forEach((rect) => fillRect(mask, rect, 'hole'));
      const answer = opaque(80, 80, (x, y) => wanted(x + 5, y - 10) + off(x, y));
      const out = composeAnswer(changedUnder(image, mask, 36), mask, square, answer, 'poisson');
      return out.data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - image.data[i]!)), 0);
    };
    const inside = [
      { x: 20, y: 10, width: 40, height: 45 },
      { x: 50, y: 40, width: 30, height: 20 },
    ];
    expect(worstWith(inside, (x, y) => 0.8 * x + 0.4 * y + 20)).toBeLessThanOrEqual(1);
    // Where the hole ends with the picture nothing holds a slope, but a constant goes all the way.
    expect(worstWith([{ x: 50, y: 40, width: 30, height: 30 }], () => 50)).toBeLessThanOrEqual(1);
  });

  it('leaves the answer as it is where all is hole', () => {
    const answer = answerOf(20);
    for (const blend of blends) {
      const out = composeAnswer(
        noiseImage(20, 20, 37),
        fullMask(20, 20),
        { x: 0, y: 0, width: 20, height: 20 },
        answer,
        blend,
      );
      expect(out.data).toEqual(answer.data);
    }
  });

  it('has no seam around a hole of three million pixels either, solved on means', () => {
    const [width, height] = [2000, 1700];
    const image = opaque(width, height, (x, y) => 40 + x / 40 + y / 50);
    const mask = emptyMask(width, height);
    fillRect(mask, { x: 100, y: 60, width: 1850, height: 1630 }, 'hole');
    const square = { x: 0, y: -150, width: 2000, height: 2000 };
    const out = composeAnswer(
      image,
      mask,
      square,
      opaque(8, 8, () => 230),
      'poisson',
    );
    let worst = 0;
    for (let i = 0; i < out.data.length; i++) worst = Math.max(worst, Math.abs(out.data[i]! - image.data[i]!));
    // The picture is a plane and the answer flat: the membrane is the whole difference.
    expect(worst).toBeLessThanOrEqual(2);
  });

  it('answers with the picture where there is no hole, and refuses a square beside it', () => {
    const image = noiseImage(8, 8, 38);
    const square = { x: 0, y: 0, width: 8, height: 8 };
    for (const blend of blends)
      expect(composeAnswer(image, emptyMask(8, 8), square, answerOf(8), blend).data).toEqual(image.data);
    expect(() => composeAnswer(image, emptyMask(8, 8), { ...square, x: 8 }, answerOf(8), 'none')).toThrow(
      /outside of a 8 x 8/,
    );
    expect(() => composeAnswer(image, emptyMask(8, 7), square, answerOf(8), 'none')).toThrow(
      /needs a mask of its size/,
    );
  });

  it('takes its stand-in from what lies around the hole', () => {
    // With an answer of the stand-in's own values, feathering changes nothing.
    const image = noiseImage(30, 30, 39);
    const mask = emptyMask(30, 30);
    fillRect(mask, { x: 8, y: 9, width: 12, height: 9 }, 'hole');
    const standIn = neutralise(flattenAlpha(image), mask);
    const out = composeAnswer(image, mask, { x: 0, y: 0, width: 30, height: 30 }, standIn, 'feather');
    const middle = 13 * 30 + 13;
    expect(pixel(out, middle)).toEqual(pixel(standIn, middle));
  });
});
