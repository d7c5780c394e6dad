import { expect, it } from 'vitest';
import { testDevice } from '../../gpu/testing/device';
import { randomMap } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { stored } from '../testing';
import { plan } from './index';
import { gatherCodesReference } from './reference';

it('takes exact rows; an index outside gives NaN, never another code', async () => {
  const context = await testDevice();
  for (const outElem of ['f32', 'f16'] as const)
    for (const [count, codebookSize, codeDim] of [
      [1, 1, 1],
      [63, 100, 4],
      [64, 7, 8],
      [65, 1009, 5],
      [31, 12, 256],
    ] as const) {
      const codebook = stored(outElem, randomMap(codebookSize, codeDim, 1));
      const strange = [codebookSize, -1, 2147483647, -2147483648, 1 << 28];
      const indices = Array.from({ length: count }, (_, i) =>
        i % 5 === 3 ? (strange[(i / 5) & 3] ?? -1) : (i * 31) % codebookSize,
      );
      const { out } = await runPlan(context, plan({ count, codebookSize, codeDim, outElem }, context.target), {
        indices: { dtype: 'i32', data: indices },
        codebook: { dtype: 'f32', data: codebook },
        out: { dtype: outElem, length: count * ((codeDim + 3) & ~3) },
      });
      expect([...(out ?? [])]).toEqual(gatherCodesReference(indices, codebook, codebookSize, codeDim));
    }
});
