/** Pictures as the networks see them: floats around [-1, 1], [height, width, 3]. Pure. */
import { pictureFrom } from '../image/picture';
import type { Picture } from '../image/types';

/** @param values [height, width, 3]; what lies beyond [-1, 1] is clipped */
export function pictureOfFloats(values: Float32Array, width: number, height: number): Picture {
  const picture = pictureFrom(width, height);
  values.forEach((value, i) => {
    // The array rounds and clips.
    picture.data[4 * Math.floor(i / 3) + (i % 3)] = (value + 1) * 127.5;
  });
  return picture;
}

export const floatsOfPicture = ({ width, height, data }: Picture): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: 3 * width * height }, (_, i) => (data[4 * Math.floor(i / 3) + (i % 3)] ?? 0) / 127.5 - 1);
