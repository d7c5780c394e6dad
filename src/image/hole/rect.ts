import type { RgbaImage } from '../picture';
import type { Rect } from '../types';
import type { Mask, StraightImage } from './types';

/** What two rectangles share; null where they share no pixel. */
export function intersectRects(a: Rect, b: Rect): Rect | null {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** The rectangle with `margin` pixels more on every side. */
export function growRect({ x, y, width, height }: Rect, margin: number): Rect {
  return { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin };
}

/** All of a picture or mask. */
export function wholeOf({ width, height }: { readonly width: number; readonly height: number }): Rect {
  return { x: 0, y: 0, width, height };
}

/** The pixels under `rect` (whole numbers, of any place), RGBA as they are. What lies outside of the picture is 0, alpha too. */
export function cutImage(image: RgbaImage, rect: Rect): StraightImage {
  const data = new Uint8ClampedArray(rect.width * rect.height * 4);
  const inside = intersectRects(rect, wholeOf(image));
  for (let y = 0; inside && y < inside.height; y++) {
    const from = 4 * ((inside.y + y) * image.width + inside.x);
    const to = 4 * ((inside.y - rect.y + y) * rect.width + inside.x - rect.x);
    data.set(image.data.subarray(from, from + 4 * inside.width), to);
  }
  return { width: rect.width, height: rect.height, data };
}

/** @throws RangeError unless picture and mask have the same size and as many values as that needs. */
export function checkSameSize(image: RgbaImage, mask: Mask): void {
  if (image.width !== mask.width || image.height !== mask.height) {
    throw new RangeError(
      `A ${image.width} x ${image.height} picture needs a mask of its size, not ${mask.width} x ${mask.height}.`,
    );
  }
  const pixels = image.width * image.height;
  if (image.data.length !== 4 * pixels || mask.data.length !== pixels) {
    throw new RangeError(
      `${image.width} x ${image.height} pixels are ${4 * pixels} RGBA values and ${pixels} of a mask, ` +
        `not ${image.data.length} and ${mask.data.length}.`,
    );
  }
}
