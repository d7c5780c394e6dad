import { it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomMap } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { ceil4 } from '../kernel';
import { stored } from '../testing';
import { plan } from './index';
import { concatReference } from './reference';

it('moves every number to its place', async () => {
  const context = await testDevice();
  for (const elem of ['f32', 'f16'] as const)
    for (const [scale, batch, h, w] of [
      [1, 1, 1, 1],
      [1, 2, 3, 5],
      [2, 1, 1, 1],
      [2, 2, 3, 5],
      [2, 1, 8, 16],
      [3, 2, 2, 1],
    ] as const)
      for (const [aChannels, bChannels] of [
        [1, 1],
        [3, 5],
        [4, 4],
        [6, 10],
        [32, 31],
      ] as const) {
        const options = { batch, height: h * scale, width: w * scale, aChannels, bChannels, scale, elem };
        const pixels = batch * options.height * options.width;
        const a = stored(elem, randomMap(pixels, aChannels, 1));
        const b = stored(elem, randomMap(batch * h * w, bChannels, 2));
        const { out } = await runPlan(context, plan(options, context.target), {
          a: { dtype: elem, data: a },
          b: { dtype: elem, data: b },
          out: { dtype: elem, length: pixels * ceil4(aChannels + bChannels) },
        });
        expectClose(out, concatReference(options, a, b), {}, JSON.stringify(options));
      }
});
