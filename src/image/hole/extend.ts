import type { RgbaImage } from '../picture';
import { MAX_SIDE } from '../sniff';
import { fullMask } from './mask';
import { checkSameSize } from './rect';
import type { Mask, StraightImage } from './types';

/** Pixels added on each side. */
export interface Margins {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Outpainting: the picture on a larger canvas. New pixels are opaque white and all hole; the others and their mask stay. Copies.
 * @throws RangeError when mask and picture differ in size, a margin is not a whole number from 0 on, or a side would pass 8192 pixels.
 */
export function extendCanvas(
  image: RgbaImage,
  mask: Mask,
  { left, top, right, bottom }: Margins,
): { image: StraightImage; mask: Mask } {
  checkSameSize(image, mask);
  if (![left, top, right, bottom].every((margin) => Number.isInteger(margin) && margin >= 0)) {
    throw new RangeError(
      `A canvas grows by whole numbers of pixels, not by ${left} (left), ${top} (top), ${right} (right), ${bottom} (bottom).`,
    );
  }
  const width = left + image.width + right;
  const height = top + image.height + bottom;
  if (Math.max(width, height) > MAX_SIDE) {
    throw new RangeError(
      `The canvas would be ${width} x ${height} pixels; up to ${MAX_SIDE} x ${MAX_SIDE} are possible. Extend it by less.`,
    );
  }
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  const extended = fullMask(width, height);
  for (let y = 0; y < image.height; y++) {
    const from = y * image.width;
    const to = (top + y) * width + left;
    data.set(image.data.subarray(4 * from, 4 * (from + image.width)), 4 * to);
    extended.data.set(mask.data.subarray(from, from + image.width), to);
  }
  return { image: { width, height, data }, mask: extended };
}
