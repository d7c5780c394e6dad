import { it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomMap } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { ceil4 } from '../kernel';
import { stored } from '../testing';
import { outSize, plan } from './index';
import { spaceToDepthReference } from './reference';

it('moves every number to its place', async () => {
  const context = await testDevice();
  for (const elem of ['f32', 'f16'] as const)
    for (const factor of [1, 2, 3, 4])
      for (const batch of [1, 2])
        for (const [h, w, c] of [
          [1, 1, 1],
          [3, 5, 3],
          [2, 2, 4],
          [1, 3, 5],
          [16, 17, 7],
        ] as const) {
          const options = { batch, height: h * factor, width: w * factor, channels: c, factor, elem };
          const x = stored(elem, randomMap(batch * options.height * options.width, options.channels, 1));
          const size = outSize(options);
          const length = batch * size.height * size.width * ceil4(size.channels);
          const { out } = await runPlan(context, plan(options, context.target), {
            x: { dtype: elem, data: x },
            out: { dtype: elem, length },
          });
          expectClose(out, spaceToDepthReference(options, x), {}, JSON.stringify(options));
        }
});
