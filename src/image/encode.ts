import type { Picture } from './types';

/**
 * The picture as a file, in a browser or a worker. PNG is lossless; `quality` (0..1) is for the others.
 * @throws Error when the browser writes another type than asked.
 */
export async function encodePicture(
  picture: Picture,
  type: 'image/png' | 'image/jpeg' | 'image/webp' = 'image/png',
  quality?: number,
): Promise<Blob> {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d', { alpha: false, colorSpace: 'srgb' });
  if (!context) throw new Error('This browser gives no 2-D canvas to write pictures with.');
  context.putImageData(new ImageData(picture.data, picture.width, picture.height), 0, 0);
  const blob = await canvas.convertToBlob(quality === undefined ? { type } : { type, quality });
  // Browsers answer PNG for a type that they cannot write.
  if (blob.type !== type) throw new Error(`This browser cannot write ${type} files.`);
  return blob;
}

/** The picture as a PNG file. */
export const encodePng = (picture: Picture): Promise<Blob> => encodePicture(picture);
