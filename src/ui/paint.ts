import type { PictureLike } from './types';

/** Puts a picture on a canvas at its own resolution; CSS scales it. */
export function paintPicture(canvas: HTMLCanvasElement, picture: PictureLike): void {
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext('2d')?.putImageData(new ImageData(picture.data, picture.width, picture.height), 0, 0);
}

const stamps = new WeakMap<PictureLike, HTMLCanvasElement>();

/** The picture as a canvas that can be drawn many times; made once for each picture. */
export function stampOf(picture: PictureLike): HTMLCanvasElement {
  const known = stamps.get(picture);
  if (known) return known;
  const canvas = document.createElement('canvas');
  paintPicture(canvas, picture);
  stamps.set(picture, canvas);
  return canvas;
}
