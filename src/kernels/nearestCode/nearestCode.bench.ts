/** What the codebook search is timed on: `node scripts/bench-kernels.mjs nearestCode`. */
import type { KernelBench } from '../bench';
import { randomMap } from '../../gpu/testing/random';
import type { Target } from '../kernel';
import { plan } from './index';
import { nearestCodeReference } from './reference';

function bench(count: number, codebookSize: number, codeDim: number): KernelBench {
  const options = { count, codebookSize, codeDim };
  const latents = randomMap(count, codeDim, 1);
  const codebook = randomMap(codebookSize, codeDim, 2);
  return {
    name: `nearestCode ${count} latents, K = ${codebookSize}, d = ${codeDim}`,
    operations: 3 * count * codebookSize * codeDim,
    plan: (target: Target) => plan(options, target),
    roles: {
      latents: { dtype: 'f32', data: latents },
      codebook: { dtype: 'f32', data: codebook },
      indices: { dtype: 'i32', length: count },
      distances: { dtype: 'f32', length: count },
    },
    expected: () => ({ distances: nearestCodeReference(options, latents, codebook).distances }),
    tolerance: { atol: 1e-6, rtol: 1e-5 },
  };
}

export default [bench(256, 1024, 8), bench(256, 16384, 8), bench(64, 1024, 256)];
