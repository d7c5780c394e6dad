/** What GroupNorm is timed on: `node scripts/bench-kernels.mjs groupNorm`. */
import type { KernelBench } from '../bench';
import { randomMap } from '../../gpu/testing/random';
import type { Target } from '../kernel';
import { plan, type GroupNormOptions } from './index';
import { groupNormReference } from './reference';

function bench(size: number, channels: number): KernelBench {
  const options: GroupNormOptions = {
    ...{ batch: 1, height: size, width: size, channels, groups: 32, eps: 1e-6, silu: true, elem: 'f32' },
  };
  const x = randomMap(size * size, channels, 1);
  const gamma = randomMap(1, channels, 2);
  const beta = randomMap(1, channels, 3);
  return {
    name: `groupNorm + SiLU ${size}x${size} ${channels}`,
    operations: x.length,
    plan: (target: Target) => plan(options, target),
    roles: {
      x: { dtype: 'f32', data: x },
      gamma: { dtype: 'f32', data: gamma },
      beta: { dtype: 'f32', data: beta },
      out: { dtype: 'f32', length: x.length },
    },
    expected: () => ({ out: groupNormReference(options, x, gamma, beta) }),
    tolerance: { atol: 1e-4 },
  };
}

export default [bench(64, 64), bench(32, 128), bench(16, 160)];
