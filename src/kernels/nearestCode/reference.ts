import { ceil4 } from '../kernel';
import type { NearestCodeOptions } from './index';

/** Every distance in double precision, the first of the least. */
export function nearestCodeReference(
  { count, codebookSize, codeDim }: NearestCodeOptions,
  latents: ArrayLike<number>,
  codebook: ArrayLike<number>,
): { indices: Int32Array; distances: Float64Array } {
  const padded = ceil4(codeDim);
  const indices = new Int32Array(count);
  const distances = new Float64Array(count);
  const distance = (i: number, k: number): number => {
    let sum = 0;
    for (let c = 0; c < codeDim; c++)
      sum += ((latents[i * padded + c] ?? NaN) - (codebook[k * padded + c] ?? NaN)) ** 2;
    return sum;
  };
  for (let i = 0; i < count; i++) {
    let best = 0;
    let least = distance(i, 0);
    for (let k = 1; k < codebookSize; k++) {
      const found = distance(i, k);
      if (found < least) [best, least] = [k, found];
    }
    indices[i] = best;
    distances[i] = least;
  }
  return { indices, distances };
}
