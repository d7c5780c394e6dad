import { expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray, randomMap } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { packConvWeight } from '../conv2d';
import { ceil4 } from '../kernel';
import { storageError, stored } from '../testing';
import { plan, type LinearOptions } from './index';
import { linearReference } from './reference';

const base: LinearOptions = {
  ...{ rows: 5, inWidth: 8, outWidth: 8, activation: 'none', siluX: false, gate: null },
  ...{ elem: 'f32', outElem: 'f32' },
};

async function check(change: Partial<LinearOptions>, isSoftware = true): Promise<string> {
  const context = await testDevice();
  const options = { ...base, ...change };
  const { rows, inWidth, outWidth, gate, elem, outElem } = options;
  const x = stored(elem, randomMap(rows, inWidth, 1));
  const weight = stored(elem, randomArray(outWidth * inWidth, 2, 1 / Math.sqrt(inWidth)));
  const bias = randomMap(1, outWidth, 3);
  const residual = stored(outElem, randomMap(rows, outWidth, 4));
  const modulation = randomArray((gate?.samples ?? 1) * (gate?.modulationWidth ?? 4), 5);
  const table = randomArray((gate?.tableOffset ?? 0) + ceil4(outWidth), 6);
  const p = plan(options, { ...context.target, isSoftware });
  const { out } = await runPlan(context, p, {
    x: { dtype: elem, data: x },
    weight: {
      dtype: elem,
      data: packConvWeight(weight, { inChannels: inWidth, outChannels: outWidth, kernelSize: 1 }),
    },
    bias: { dtype: 'f32', data: bias },
    residual: { dtype: outElem, data: residual },
    modulation: { dtype: 'f32', data: modulation },
    table: { dtype: 'f32', data: table },
    out: { dtype: outElem, length: rows * ceil4(outWidth) },
  });
  const tolerance = 1e-5 + storageError(outElem);
  const expected = linearReference(options, { x, weight, bias, residual, modulation, table });
  expectClose(out, expected, { atol: tolerance, rtol: tolerance }, JSON.stringify(change));
  return p.dispatches[0]?.variant ?? '';
}

it('sizes 1, primes, tile and workgroup - 1, exact, + 1', async () => {
  for (const isSoftware of [true, false])
    for (const [rows, inWidth, outWidth] of [
      [1, 1, 1],
      [3, 3, 3],
      [4, 4, 4],
      [5, 5, 5],
      [31, 7, 13],
      [32, 16, 32],
      [33, 17, 33],
      [63, 8, 31],
      [64, 8, 64],
      [65, 8, 65],
    ] as const)
      await check({ rows, inWidth, outWidth }, isSoftware);
});

it('activations', async () => {
  for (const activation of ['silu', 'gelu'] as const) await check({ activation, rows: 17, outWidth: 12 });
});

it('SiLU on the way in', async () => {
  for (const isSoftware of [true, false])
    for (const inWidth of [5, 8]) await check({ siluX: true, rows: 3, inWidth, outWidth: 12 }, isSoftware);
});

it('gated residual, per sample', async () => {
  const gate = { samples: 3, modulationWidth: 48, modulationOffset: 24, tableOffset: 8 };
  for (const isSoftware of [true, false])
    for (const rows of [3, 6, 21, 99]) await check({ rows, outWidth: 24, gate }, isSoftware);
});

it.each([
  ['f32', 'f32'],
  ['f16', 'f16'],
  ['f16', 'f32'],
] as const)('every tile, weights %s, result %s', async (elem, outElem) => {
  const gate = { samples: 1, modulationWidth: 1024, modulationOffset: 0, tableOffset: 0 };
  const variants = [
    await check({ elem, outElem, rows: 3, outWidth: 4 }),
    await check({ elem, outElem, rows: 9, outWidth: 12, gate }),
    // Large enough for the large tile of a real GPU.
    await check({ elem, outElem, rows: 1027, inWidth: 4, outWidth: 512 }, false),
  ];
  expect(variants.map((variant) => variant.split('@')[1])).toEqual(['4x1', '8x1', '4x2']);
});

it('activations of huge and NaN values', async () => {
  const context = await testDevice();
  for (const activation of ['silu', 'gelu'] as const) {
    const options = { ...base, rows: 1, inWidth: 1, outWidth: 4, activation };
    const { out } = await runPlan(context, plan(options, context.target), {
      x: { dtype: 'f32', data: [1, 0, 0, 0] },
      weight: { dtype: 'f32', data: new Float32Array(16) },
      bias: { dtype: 'f32', data: [1e30, -1e30, 200, NaN] },
      out: { dtype: 'f32', length: 4 },
    });
    expect([...out!]).toEqual([Math.fround(1e30), 0, 200, NaN].map((v) => v + 0));
  }
});
