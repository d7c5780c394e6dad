import { it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomMap } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { plan } from './index';
import { l2NormalizeReference } from './reference';

it('rows of every length; a row of zeros stays zero', async () => {
  const context = await testDevice();
  for (const [count, dim] of [
    [1, 1],
    [63, 3],
    [64, 4],
    [65, 5],
    [7, 256],
    [1009, 8],
  ] as const) {
    const x = randomMap(count, dim, dim, 3);
    if (count > 1) x.fill(0, x.length / count, (2 * x.length) / count);
    const { out } = await runPlan(context, plan({ count, dim, eps: 1e-12 }, context.target), {
      x: { dtype: 'f32', data: x },
      out: { dtype: 'f32', length: x.length },
    });
    expectClose(out, l2NormalizeReference(x, dim, 1e-12), { atol: 1e-6 }, `${count} ${dim}`);
  }
});
