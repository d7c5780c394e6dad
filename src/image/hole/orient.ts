import type { StraightImage } from './types';

/** EXIF's 1 .. 8: how a stored picture is turned and mirrored before it is shown. 1: not at all. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;

/**
 * The orientation that a PNG's eXIf chunk asks for; 1 where there is none, or one that makes no sense. As in Chromium it only counts before
 * the pixels (IDAT). `file` begins as a PNG does.
 */
export function pngOrientation(file: Uint8Array): Orientation {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  try {
    for (let at = 8; ; at += 12 + view.getUint32(at)) {
      const kind = String.fromCharCode(...file.subarray(at + 4, at + 8));
      if (kind === 'IDAT') return 1;
      if (kind === 'eXIf')
        return tiffOrientation(new DataView(file.buffer, file.byteOffset + at + 8, view.getUint32(at)));
    }
  } catch (error) {
    // DataView throws RangeError where a length points past the end.
    if (error instanceof RangeError) return 1;
    throw error;
  }
}

/** The orientation among the tags of a TIFF's first directory. */
function tiffOrientation(tiff: DataView): Orientation {
  const little = tiff.getUint16(0) === 0x4949;
  const first = tiff.getUint32(4, little);
  for (let i = 0, count = tiff.getUint16(first, little); i < count; i++) {
    const entry = first + 2 + 12 * i;
    if (tiff.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    const value = tiff.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
}

/** The picture as its orientation shows it; 5 .. 8 swap width and height. Copies unless it is 1. */
export function orientImage(image: StraightImage, orientation: Orientation): StraightImage {
  if (orientation === 1) return image;
  const turned = orientation >= 5;
  const flipX = [2, 3, 7, 8].includes(orientation);
  const flipY = [3, 4, 6, 7].includes(orientation);
  const width = turned ? image.height : image.width;
  const height = turned ? image.width : image.height;
  const source = new Uint32Array(image.data.buffer, image.data.byteOffset, width * height);
  const target = new Uint32Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sx = turned ? y : x;
      const sy = turned ? x : y;
      const from = (flipY ? image.height - 1 - sy : sy) * image.width + (flipX ? image.width - 1 - sx : sx);
      target[to++] = source[from]!;
    }
  }
  return { width, height, data: new Uint8ClampedArray(target.buffer) };
}
