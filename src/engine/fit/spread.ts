/** Several pictures of one place: their mean, and how far they differ. Pure. */
import { pictureFrom } from '../../image/picture';
import type { Picture } from '../../image/types';

/** Mean picture, and per pixel the root of the mean variance of its three channels, [height * width], in levels of 255. @param pictures of one size, at least one */
export function meanAndSpread(pictures: readonly Picture[]): { mean: Picture; spread: Float32Array<ArrayBuffer> } {
  const [first] = pictures;
  if (!first) throw new Error('A mean needs at least one picture.');
  const { width, height } = first;
  const mean = pictureFrom(width, height);
  const spread = new Float32Array(width * height);
  for (let i = 0; i < spread.length; i++) {
    let variances = 0;
    for (let c = 4 * i; c < 4 * i + 3; c++) {
      const average = pictures.reduce((sum, { data }) => sum + data[c]!, 0) / pictures.length;
      variances += pictures.reduce((sum, { data }) => sum + (data[c]! - average) ** 2, 0) / pictures.length;
      mean.data[c] = average;
    }
    spread[i] = Math.sqrt(variances / 3);
  }
  return { mean, spread };
}
