import type { Picture, Rect } from './types';

/** An RGBA picture that may be transparent: an ImageData, or anything shaped like one. Colours are not premultiplied. */
export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}

/**
 * A picture over `data`, [height, width, 4]. The array is taken over, not copied; without it the picture is white.
 * @throws RangeError when a side is not a positive integer or the array has another length.
 */
export function pictureFrom(width: number, height: number, data?: Uint8ClampedArray<ArrayBuffer>): Picture {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`A picture needs positive whole sides, not ${width} x ${height}.`);
  }
  const length = width * height * 4;
  if (data === undefined) return { width, height, data: new Uint8ClampedArray(length).fill(255) };
  if (data.length !== length) {
    throw new RangeError(`A ${width} x ${height} RGBA picture has ${length} values, not ${data.length}.`);
  }
  return { width, height, data };
}

/** The image laid on white: `(alpha * c + (255 - alpha) * 255) / 255` on colours that are not premultiplied. Copies. */
export function flattenAlpha(image: RgbaImage): Picture {
  const data = new Uint8ClampedArray(image.data);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]! / 255;
    if (alpha === 1) continue;
    for (let c = 0; c < 3; c++) data[i + c] = 255 - alpha * (255 - data[i + c]!);
    data[i + 3] = 255;
  }
  return pictureFrom(image.width, image.height, data);
}

/** The pixels under `rect` (whole numbers). Where it reaches beyond the picture, the nearest edge pixel is repeated. */
export function cutRect(picture: Picture, rect: Rect): Picture {
  const out = pictureFrom(rect.width, rect.height);
  const source = new Uint32Array(picture.data.buffer, picture.data.byteOffset, picture.width * picture.height);
  const target = new Uint32Array(out.data.buffer);
  const left = Math.min(Math.max(-rect.x, 0), rect.width);
  const right = Math.max(Math.min(picture.width - rect.x, rect.width), left);
  for (let y = 0; y < rect.height; y++) {
    const from = Math.min(Math.max(rect.y + y, 0), picture.height - 1) * picture.width;
    const to = y * rect.width;
    target.fill(source[from]!, to, to + left);
    target.set(source.subarray(from + rect.x + left, from + rect.x + right), to + left);
    target.fill(source[from + picture.width - 1]!, to + right, to + rect.width);
  }
  return out;
}

/** The picture grown to the right and below to whole multiples of `multiple`, by repeating its edge. */
export function padToMultiple(picture: Picture, multiple: number): Picture {
  const width = Math.ceil(picture.width / multiple) * multiple;
  const height = Math.ceil(picture.height / multiple) * multiple;
  return width === picture.width && height === picture.height
    ? picture
    : cutRect(picture, { x: 0, y: 0, width, height });
}

/** The top left `width` x `height` pixels: undoes `padToMultiple`. */
export function cropTo(picture: Picture, width: number, height: number): Picture {
  return width === picture.width && height === picture.height
    ? picture
    : cutRect(picture, { x: 0, y: 0, width, height });
}
