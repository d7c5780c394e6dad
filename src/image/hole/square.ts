/** The part of a picture that a model works on, cut and made ready for it. */
import { flattenAlpha, type RgbaImage } from '../picture';
import { resize } from '../resize';
import type { Rect } from '../types';
import { cutMask } from './mask';
import { neutralise } from './neutral';
import { checkSameSize, cutImage } from './rect';
import type { Mask, Prepared } from './types';

/** The side of the square, in longer sides of the hole: as much known picture beside it as hole. */
const CONTEXT = 2;
/** A square picture up to this many times the model's side is taken whole. */
const WHOLE_UP_TO = 4;

/**
 * The square of a `width` x `height` picture to work on, in whole pixels, for a hole within `bounds` and a model of `resolution` pixels:
 * - all of a picture that is square itself and at most 4 x `resolution`;
 * - else a side of twice the hole's longer side, at least `resolution`, at most the picture's shorter side, around the hole's centre but
 *   within the picture;
 * - a hole longer than the picture's shorter side: a side of twice the hole's longer one, at most the picture's longer side. Across the
 *   picture the square then reaches beyond it, as far on both sides.
 * `bounds` always lie inside. @throws RangeError when `bounds` do not lie in the picture, or a size is not a positive whole number.
 */
export function chooseSquare(width: number, height: number, bounds: Rect, resolution: number): Rect {
  const whole = [width, height, bounds.width, bounds.height, resolution].every((v) => Number.isInteger(v) && v > 0);
  const inside =
    bounds.x >= 0 && bounds.y >= 0 && bounds.x + bounds.width <= width && bounds.y + bounds.height <= height;
  if (!whole || !inside) {
    throw new RangeError(
      `A hole of ${bounds.width} x ${bounds.height} at (${bounds.x}, ${bounds.y}) is not in a ${width} x ${height} picture, ` +
        `or ${resolution} is no side of a model.`,
    );
  }
  if (width === height && width <= WHOLE_UP_TO * resolution) return { x: 0, y: 0, width, height };
  const longer = Math.max(bounds.width, bounds.height);
  const fits = longer <= Math.min(width, height);
  const side = fits
    ? Math.min(Math.max(CONTEXT * longer, resolution), Math.min(width, height))
    : Math.min(Math.max(CONTEXT * longer, resolution), Math.max(width, height));
  return {
    x: place(side, width, bounds.x, bounds.width),
    y: place(side, height, bounds.y, bounds.height),
    width: side,
    height: side,
  };
}

/** Where a stretch of `side` begins: around the middle of the hole, within the picture; or around the picture where it is longer. */
function place(side: number, length: number, start: number, extent: number): number {
  if (side >= length) return Math.floor((length - side) / 2);
  const centred = Math.floor(start + (extent - side) / 2);
  return Math.min(Math.max(centred, 0), length - side);
}

/**
 * The square `rect` of a picture as a model of `size` x `size` pixels takes it. Places outside of the picture count as hole. Transparency
 * is laid on white and the hole gets its stand-in before anything is resampled (Lanczos), so nothing leaks from under it. A pixel whose
 * area touches a hidden one is hole.
 * @throws RangeError when mask and picture differ in size, or `rect` is not a square of whole pixels that holds some of the picture.
 */
export function prepareSquare(image: RgbaImage, mask: Mask, rect: Rect, size: number): Prepared {
  if (rect.width !== rect.height) {
    throw new RangeError(`A model's square is cut from a square, not from ${rect.width} x ${rect.height} pixels.`);
  }
  const cut = prepare(image, mask, rect);
  return { rect, picture: resize(cut.picture, size, size), hole: poolMax(cut.hole, rect.width, size) };
}

/**
 * A part of a picture for a model that works at the picture's own scale, in windows: `rect` grown to whole multiples of `factor`, kept
 * within the picture where that is large enough, else to the right and below. Nothing is resampled; the rest is as in `prepareSquare`.
 */
export function prepareWhole(image: RgbaImage, mask: Mask, rect: Rect, factor: number): Prepared {
  if (!Number.isInteger(factor) || factor < 1) {
    throw new RangeError(`Sides grow to whole multiples of the pixels of a code, not of ${factor}.`);
  }
  const grow = (start: number, length: number, limit: number) => {
    const grown = Math.ceil(length / factor) * factor;
    const inside = start >= 0 && start + length <= limit && grown <= limit;
    return [inside ? Math.min(start, limit - grown) : start, grown] as const;
  };
  const [x, width] = grow(rect.x, rect.width, image.width);
  const [y, height] = grow(rect.y, rect.height, image.height);
  return prepare(image, mask, { x, y, width, height });
}

function prepare(image: RgbaImage, mask: Mask, rect: Rect): Prepared {
  checkSameSize(image, mask);
  if (![rect.x, rect.y, rect.width, rect.height].every(Number.isInteger) || rect.width < 1 || rect.height < 1) {
    throw new RangeError(
      `A part of a picture has whole pixels, not ${rect.width} x ${rect.height} at (${rect.x}, ${rect.y}).`,
    );
  }
  const hole = cutMask(mask, rect);
  const picture = neutralise(flattenAlpha(cutImage(image, rect)), hole);
  return { rect, picture, hole: hole.data.map((hidden) => (hidden > 0 ? 255 : 0)) };
}

/** Square masks: 255 where the area of a pixel touches a pixel of the source that is above 0. */
function poolMax(hole: Uint8Array<ArrayBuffer>, side: number, size: number): Uint8Array<ArrayBuffer> {
  if (side === size) return hole;
  // Quotients of whole numbers, rounded: exact where they are whole, and never across a whole number.
  const firsts = Array.from({ length: size }, (_, i) => Math.floor((i * side) / size));
  const ends = Array.from({ length: size }, (_, i) => Math.ceil(((i + 1) * side) / size));
  const rows = new Uint8Array(side * size);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < size; x++) {
      for (let s = firsts[x]!; s < ends[x]!; s++) if (hole[y * side + s]! > 0) rows[y * size + x] = 255;
    }
  }
  const out = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let s = firsts[y]!; s < ends[y]!; s++) {
      for (let x = 0; x < size; x++) if (rows[s * size + x]! > 0) out[y * size + x] = 255;
    }
  }
  return out;
}
