import { expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray, randomMap } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { packConvWeight } from '../conv2d';
import { ceil4 } from '../kernel';
import { storageError, stored } from '../testing';
import { plan, type NormedLinearOptions } from './index';
import { normedLinearReference } from './reference';

const base: NormedLinearOptions = {
  ...{ samples: 1, inRows: 5, first: 0, outRows: 5, width: 8, eps: 1e-6, modulationWidth: 16 },
  ...{ shift: { modulation: 0, table: 8 }, scale: { modulation: 8, table: 4 } },
  ...{ outWidth: 8, activation: 'none', elem: 'f32', outElem: 'f32' },
};

async function run(options: NormedLinearOptions, isSoftware: boolean, x: Float32Array) {
  const context = await testDevice();
  const { samples, outRows, width, outWidth, modulationWidth, elem, outElem } = options;
  const modulation = randomArray(samples * modulationWidth, 2);
  const table = randomArray(2 * width + 8, 3);
  const weight = stored(elem, randomArray(outWidth * width, 4, 1 / Math.sqrt(width)));
  const bias = randomMap(1, outWidth, 5);
  const p = plan(options, { ...context.target, isSoftware });
  const { out } = await runPlan(context, p, {
    x: { dtype: 'f32', data: x },
    weight: { dtype: elem, data: packConvWeight(weight, { inChannels: width, outChannels: outWidth, kernelSize: 1 }) },
    bias: { dtype: 'f32', data: bias },
    modulation: { dtype: 'f32', data: modulation },
    table: { dtype: 'f32', data: table },
    out: { dtype: outElem, length: samples * outRows * ceil4(outWidth) },
  });
  const expected = normedLinearReference(options, { x, weight, bias, modulation, table });
  return { out: out!, expected, variant: p.dispatches[0]?.variant ?? '' };
}

async function check(change: Partial<NormedLinearOptions>, isSoftware = true, offset = 0): Promise<string> {
  const options = { ...base, ...change };
  const x = randomArray(options.samples * options.inRows * options.width, 1, 3).map((value) => value + offset);
  const { out, expected, variant } = await run(options, isSoftware, x);
  const tolerance = 2e-5 + storageError(options.outElem) + Math.abs(offset) * 4e-6;
  expectClose(out, expected, { atol: tolerance, rtol: tolerance }, JSON.stringify(change));
  return variant;
}

it.each([true, false])('sizes 1, primes, tile and workgroup - 1, exact, + 1; isSoftware %s', async (isSoftware) => {
  for (const [rows, width, outWidth] of [
    [1, 4, 1],
    [4, 8, 3],
    [5, 12, 31],
    [6, 4, 32],
    [7, 20, 33],
    [31, 8, 67],
    [65, 4, 300],
  ] as const) {
    const places = { shift: { modulation: 0, table: 0 }, scale: { modulation: width, table: 4 } };
    await check({ inRows: rows, outRows: rows, width, modulationWidth: 2 * width, outWidth, ...places }, isSoftware);
  }
});

it('takes some rows of every sample, with that sample’s shift and scale', async () => {
  for (const isSoftware of [true, false])
    for (const outRows of [1, 6, 7])
      await check({ samples: 3, inRows: 11, first: 4, outRows, outWidth: 13 }, isSoftware);
});

it('one pair of statistics for several tiles: the slices of a software adapter', async () => {
  await check({ inRows: 100, outRows: 100, outWidth: 260 });
  await check({ samples: 8, inRows: 13, outRows: 13, outWidth: 129 });
});

it('activations', async () => {
  for (const activation of ['silu', 'gelu'] as const) await check({ activation, outWidth: 12 });
});

it.each([
  ['f32', 'f32'],
  ['f16', 'f16'],
  ['f16', 'f32'],
] as const)('every tile, weights %s, result %s', async (elem, outElem) => {
  const variants = [
    await check({ elem, outElem, inRows: 4, outRows: 4 }),
    await check({ elem, outElem, outWidth: 33 }),
    // Large enough for the large tile of a real GPU.
    await check({ elem, outElem, samples: 2, inRows: 67, outRows: 67, outWidth: 512 }, false),
  ];
  expect(variants.map((variant) => variant.split('@')[1])).toEqual(['4x1', '6x1', '4x2']);
});

it('a mean far from zero', () => check({}, true, 1000));

it('NaN stays in its row; a constant row gives the layer of shift', async () => {
  const x = randomArray(40, 1);
  x[9] = NaN;
  x.fill(2.5, 16, 24);
  for (const isSoftware of [true, false]) {
    const { out, expected } = await run(base, isSoftware, x);
    expect([...out].map((value) => Number.isNaN(value))).toEqual(Array.from({ length: 40 }, (_, i) => i >> 3 === 1));
    expectClose(out.subarray(16), expected.subarray(16), { atol: 1e-5 });
  }
});
