import { expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomMap } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { plan as planCodes } from '../fsqCodes';
import { ceil4 } from '../kernel';
import { plan } from './index';
import { fsqCodesReference, fsqReference } from './reference';

const cases = [[8, 5, 5, 5], [8, 5, 5], [2], [3, 3, 3, 3, 3, 3, 3], [7, 5, 5, 5, 5], [8, 8, 8, 6, 5, 2, 2, 2, 2]];

it('quantizes as the reference, apart from values on a border', async () => {
  const context = await testDevice();
  for (const levels of cases)
    for (const [count, outElem] of [
      [1, 'f32'],
      [63, 'f32'],
      [64, 'f16'],
      [1009, 'f32'],
    ] as const) {
      const latents = randomMap(count, levels.length, count, 4);
      latents.set([Infinity], 0);
      const expected = fsqReference(latents, levels);
      const { indices, out } = await runPlan(context, plan({ count, levels, outElem }, context.target), {
        latents: { dtype: 'f32', data: latents },
        indices: { dtype: 'i32', length: count },
        out: { dtype: outElem, length: latents.length },
      });
      const padded = ceil4(levels.length);
      for (let i = 0; i < count; i++) {
        if ((expected.margins[i] ?? 0) < 1e-5) continue;
        expect(indices?.[i]).toBe(expected.indices[i]);
        const row = [i * padded, (i + 1) * padded] as const;
        expectClose(out?.subarray(...row), expected.codes.subarray(...row), { rtol: 2 ** -10 });
      }
    }
});

it('fsqCodes: every code; NaN for no code', async () => {
  const context = await testDevice();
  for (const levels of cases)
    for (const outElem of ['f32', 'f16'] as const) {
      const size = levels.reduce((product, level) => product * level, 1);
      const indices = [...Array.from({ length: Math.min(size, 3000) }, (_, i) => i), size - 1, size, -1, 2 ** 31 - 1];
      const expected = fsqCodesReference(indices, levels);
      const { out } = await runPlan(context, planCodes({ count: indices.length, levels, outElem }, context.target), {
        indices: { dtype: 'i32', data: indices },
        out: { dtype: outElem, length: expected.length },
      });
      const good = (indices.length - 3) * ceil4(levels.length);
      expectClose(out?.subarray(0, good), expected.slice(0, good), { rtol: 2 ** -10 });
      expect([...(out?.subarray(good) ?? [0])].every(Number.isNaN)).toBe(true);
    }
});
