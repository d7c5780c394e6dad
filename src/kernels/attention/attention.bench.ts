/** What attention and a whole block are timed on: `node scripts/bench-kernels.mjs attention`. */
import { randomArray } from '../../gpu/testing/random';
import type { KernelBench } from '../bench';
import type { Target } from '../kernel';
import { plan, type AttentionOptions } from './index';
import { blockBench } from './block.bench';
import { attentionReference } from './reference';

function bench(samples: number, sequence: number, heads: number, causalFrom: number | null): KernelBench {
  const options: AttentionOptions = {
    ...{ samples, sequence, heads, headWidth: 32, scale: 1 / Math.sqrt(32), causalFrom, elem: 'f32' },
  };
  const qkv = randomArray(3 * samples * sequence * heads * 32, 1, 2);
  return {
    name: `attention ${samples} x ${sequence} tokens, ${heads} heads${causalFrom === null ? '' : ', causal'}`,
    operations: 4 * samples * sequence ** 2 * heads * 32,
    plan: (target: Target) => plan(options, target),
    roles: { qkv: { dtype: 'f32', data: qkv }, out: { dtype: 'f32', length: qkv.length / 3 } },
    expected: () => ({ out: attentionReference(options, qkv) }),
    tolerance: { atol: 1e-4, rtol: 1e-4 },
  };
}

export default [
  bench(1, 264, 6, null),
  bench(2, 264, 6, null),
  bench(1, 264, 6, 8),
  bench(1, 328, 6, null),
  blockBench(1, 264, 192, 6),
  blockBench(2, 264, 192, 6),
];
