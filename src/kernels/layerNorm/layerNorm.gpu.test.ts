import { expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { storageError } from '../testing';
import { plan, type LayerNormOptions } from './index';
import { layerNormReference } from './reference';

const base: LayerNormOptions = {
  ...{ samples: 1, inRows: 3, first: 0, outRows: 3, width: 8, eps: 1e-6, modulationWidth: 16, outElem: 'f32' },
  ...{ shift: { modulation: 0, table: 8 }, scale: { modulation: 8, table: 4 } },
};

async function check(change: Partial<LayerNormOptions>, isSoftware = true, offset = 0, x?: Float32Array) {
  const context = await testDevice();
  const options = { ...base, ...change };
  const { samples, inRows, outRows, width, modulationWidth, outElem } = options;
  const data = x ?? randomArray(samples * inRows * width, 1, 3).map((value) => value + offset);
  const modulation = randomArray(samples * modulationWidth, 2);
  const table = randomArray(2 * width + 8, 3);
  const { out } = await runPlan(context, plan(options, { ...context.target, isSoftware }), {
    x: { dtype: 'f32', data },
    modulation: { dtype: 'f32', data: modulation },
    table: { dtype: 'f32', data: table },
    out: { dtype: outElem, length: samples * outRows * width },
  });
  const tolerance = 2e-5 + storageError(outElem) + Math.abs(offset) * 2e-6;
  const expected = layerNormReference(options, data, modulation, table);
  return { out, expected, tolerance: { atol: tolerance, rtol: tolerance } };
}

it('sizes 1, primes, workgroup - 1, exact, + 1, both ways of splitting, both types', async () => {
  for (const outElem of ['f32', 'f16'] as const)
    for (const isSoftware of [true, false])
      for (const rows of [1, 7, 63, 64, 65])
        for (const width of [4, 20, 32, 68]) {
          const places = { shift: { modulation: 0, table: 0 }, scale: { modulation: width, table: 4 } };
          const change = { inRows: rows, outRows: rows, width, modulationWidth: 2 * width, outElem, ...places };
          const { out, expected, tolerance } = await check(change, isSoftware);
          expectClose(out, expected, tolerance, JSON.stringify(change));
        }
});

it('takes some rows of every sample, with that sample’s shift and scale', async () => {
  const { out, expected, tolerance } = await check({ samples: 3, inRows: 11, first: 4, outRows: 6 });
  expectClose(out, expected, tolerance);
});

it('a mean far from zero', async () => {
  const { out, expected, tolerance } = await check({ width: 8 }, true, 1000);
  expectClose(out, expected, tolerance);
});

it('NaN stays in its row; a constant row gives shift', async () => {
  const x = randomArray(24, 1);
  x[9] = NaN;
  x.fill(2.5, 16);
  const { out, expected } = await check({}, true, 0, x);
  expect([...out!].map((value) => Number.isNaN(value))).toEqual(Array.from({ length: 24 }, (_, i) => i >> 3 === 1));
  expectClose(out!.subarray(16), expected.subarray(16), { atol: 1e-5 });
});
