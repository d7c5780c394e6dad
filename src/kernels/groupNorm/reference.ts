import { ceil4 } from '../kernel';
import type { GroupNormOptions } from './index';

/** GroupNorm in double precision: x [batch, height, width, ceil4(channels)], gamma and beta [channels]. */
export function groupNormReference(
  options: GroupNormOptions,
  x: ArrayLike<number>,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
): Float64Array {
  const { batch, height, width, channels, groups, eps, silu } = options;
  const pixels = height * width;
  const padded = ceil4(channels);
  const wide = channels / groups;
  const out = new Float64Array(batch * pixels * padded);
  for (let n = 0; n < batch; n++)
    for (let g = 0; g < groups; g++) {
      const places: number[] = [];
      for (let p = 0; p < pixels; p++)
        for (let c = g * wide; c < (g + 1) * wide; c++) places.push((n * pixels + p) * padded + c);
      const values = places.map((at) => x[at] ?? NaN);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      places.forEach((at, i) => {
        const c = at % padded;
        const y = (((values[i] ?? NaN) - mean) / Math.sqrt(variance + eps)) * (gamma[c] ?? NaN) + (beta[c] ?? NaN);
        out[at] = silu ? y / (1 + Math.exp(-y)) : y;
      });
    }
  return out;
}
