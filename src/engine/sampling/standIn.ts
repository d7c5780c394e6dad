/** States that still hold [MASK] as pictures: [MASK] is no code, and would read past the decoder's table. */
import type { CodeGrid } from '../../models/types';
import type { PriorConfig } from '../../models/prior/config';
import { spansOf } from './program';
import type { StandIn } from './types';

/** Per grid the code nearest to the mean of its codebook: what stands for "unknown" without saying anything. */
export function meanCode(codebook: Float32Array, codebookSize: number): number {
  const d = codebook.length / codebookSize;
  const mean = new Float64Array(d);
  codebook.forEach((value, i) => (mean[i % d] = (mean[i % d] ?? 0) + value / codebookSize));
  let [best, least] = [0, Infinity];
  for (let k = 0; k < codebookSize; k++) {
    const distance = mean.reduce((sum, value, j) => sum + ((codebook[k * d + j] ?? 0) - value) ** 2, 0);
    if (distance < least) [best, least] = [k, distance];
  }
  return best;
}

/**
 * One sample's codes as grids for the decoder, [MASK] replaced.
 * @param codes, best [N]; `best`: most likely x0 of every place. @param means `meanCode` of every grid
 */
export function gridsOf(
  config: PriorConfig,
  codes: Int32Array,
  best: Int32Array,
  standIn: StandIn,
  means: readonly number[],
): CodeGrid[] {
  return spansOf(config).map(({ first, count, codebookSize }, g) => {
    const { name = '', height = 0, width = 0 } = config.grids[g] ?? {};
    const indices = Int32Array.from({ length: count }, (_, i) => {
      const code = codes[first + i] ?? 0;
      return code < codebookSize ? code : standIn === 'x0' ? (best[first + i] ?? 0) : (means[g] ?? 0);
    });
    return { name, height, width, codebookSize, indices };
  });
}
