import { LATENT_LIMIT, LEAST_SIGNAL, type DdimRun, type DdimTimes } from './index';

/** One DDIM step in double precision: x [2, samples, count, xStride], epsilon as the kernel's. @returns the new x and x0; padding as it was */
export function ddimStepReference(
  { samples, count, dim, xStride, epsilonStride, guided, guidanceScale }: Omit<DdimRun, 'seed' | 'imposes'>,
  { alphaBarFrom: from, alphaBarTo: to }: Omit<DdimTimes, 'number'>,
  x: ArrayLike<number>,
  epsilon: ArrayLike<number>,
): Float64Array {
  const out = Float64Array.from(x);
  const rows = samples * count;
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < dim; c++) {
      const value = x[row * xStride + c] ?? NaN;
      const given = epsilon[row * epsilonStride + c] ?? NaN;
      const none = !guided ? given : (epsilon[(rows + row) * epsilonStride + c] ?? NaN);
      const noise = none + guidanceScale * (given - none);
      const guess = (value - Math.sqrt(1 - from) * noise) / Math.sqrt(from);
      const x0 = from > LEAST_SIGNAL ? Math.min(LATENT_LIMIT, Math.max(-LATENT_LIMIT, guess)) : Math.sqrt(from) * value;
      const rest = (value - Math.sqrt(from) * x0) / Math.sqrt(1 - from);
      out[(rows + row) * xStride + c] = x0;
      out[row * xStride + c] = Math.sqrt(to) * x0 + Math.sqrt(1 - to) * rest;
    }
  return out;
}
