import { it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { ceil4 } from '../kernel';
import { storageError, stored } from '../testing';
import { plan } from './index';
import { softmaxReference } from './reference';

it('rows of every length, with rubbish in the padding, large and equal values', async () => {
  const context = await testDevice();
  for (const elem of ['f32', 'f16'] as const)
    for (const [rows, columns] of [
      [1, 1],
      [31, 3],
      [32, 4],
      [33, 5],
      [7, 256],
      [5, 1009],
    ] as const)
      for (const scale of [0, 3, 3000]) {
        const options = { rows, columns, rowStride: ceil4(columns), elem };
        const x = stored(elem, randomArray(rows * options.rowStride, 1, scale));
        const { out } = await runPlan(context, plan(options, context.target), {
          x: { dtype: elem, data: x },
          out: { dtype: elem, length: x.length },
        });
        const rtol = elem === 'f16' ? storageError(elem) : 1e-5;
        expectClose(
          out,
          softmaxReference(options, x),
          { atol: elem === 'f16' ? 1e-6 : 1e-9, rtol },
          `${rows} ${columns} ${scale}`,
        );
      }
});
