/** Arbitrary masks and pictures for the tests of this folder. */
import fc from 'fast-check';
import type { RgbaImage } from '../picture';
import type { Rect } from '../types';
import type { Mask } from './types';

/** Numbers from 0 to 1 that look random and are the same in every run. */
export function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Any RGBA values, colours under alpha 0 among them: a third of the pixels is transparent, a third opaque. */
export function noiseImage(
  width: number,
  height: number,
  seed: number,
): RgbaImage & { data: Uint8ClampedArray<ArrayBuffer> } {
  const random = noise(seed);
  const data = Uint8ClampedArray.from({ length: 4 * width * height }, () => Math.floor(256 * random()));
  for (let i = 3; i < data.length; i += 4) data[i] = [0, 255, data[i]!][Math.floor(3 * random())]!;
  return { width, height, data };
}

/** The same picture with other pixels wherever the mask is above 0. */
export function changedUnder(image: RgbaImage, mask: Mask, seed: number): RgbaImage {
  const other = noiseImage(image.width, image.height, seed);
  return { ...image, data: image.data.map((value, i) => (mask.data[i >> 2]! > 0 ? other.data[i]! : value)) };
}

const side = fc.integer({ min: 1, max: 24 });
const value = fc.constantFrom(0, 0, 0, 255, 255, 1, 127, 128);

/** Masks of up to 24 x 24 with any values. */
export const masks: fc.Arbitrary<Mask> = fc
  .tuple(side, side)
  .chain(([width, height]) =>
    fc
      .array(value, { minLength: width * height, maxLength: width * height })
      .map((values) => ({ width, height, data: Uint8Array.from(values) })),
  );

/** Masks of known pixels and holes only, of a few rectangles. */
export const blockMasks: fc.Arbitrary<Mask> = fc
  .tuple(
    side,
    side,
    fc.array(fc.tuple(fc.nat(20), fc.nat(20), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })), {
      maxLength: 4,
    }),
  )
  .map(([width, height, rects]) => ({
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, i) =>
      rects.some(([x, y, w, h]) => isIn({ x, y, width: w, height: h }, i % width, Math.floor(i / width))) ? 255 : 0,
    ),
  }));

export const isIn = (rect: Rect, x: number, y: number) =>
  x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;

/** A mask from rows: `.` is 0, `#` is 255. */
export function maskOf(...rows: string[]): Mask {
  const data = Uint8Array.from(rows.join(''), (c) => (c === '#' ? 255 : 0));
  return { width: rows[0]!.length, height: rows.length, data };
}

/** The other way: `#` from 128 on. */
export const drawn = ({ width, data }: Mask): string[] =>
  Array.from({ length: data.length / width }, (_, y) =>
    Array.from(data.subarray(y * width, (y + 1) * width), (v) => (v >= 128 ? '#' : '.')).join(''),
  );
