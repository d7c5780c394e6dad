import { decodePicture } from '../../../image/decode';
import type { Picture } from '../../../image/types';

/** Longest side that is kept: twice what the largest tokenizer here sees, so that fifty pictures fit into memory. */
const MOST_SIDE = 512;

/** A file as a picture of at most `MOST_SIDE` pixels a side; the browser shrinks it. @throws PictureError with a message for the visitor */
export async function decodeSmall(blob: Blob, signal: AbortSignal): Promise<Picture> {
  const picture = await decodePicture(blob, { signal });
  const scale = MOST_SIDE / Math.max(picture.width, picture.height);
  if (scale >= 1) return picture;
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
  const image = new ImageData(picture.data, picture.width, picture.height);
  const bitmap = await createImageBitmap(image, {
    ...{ resizeWidth: width!, resizeHeight: height!, resizeQuality: 'high' },
  });
  try {
    const canvas = new OffscreenCanvas(width!, height!);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return picture;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width!, height!);
    return { width: width!, height: height!, data: new Uint8ClampedArray(data) };
  } finally {
    bitmap.close();
  }
}
