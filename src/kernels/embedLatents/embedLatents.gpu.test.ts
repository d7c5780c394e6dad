import { expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray, randomMap } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { packConvWeight } from '../conv2d';
import { plan, type EmbedLatentsOptions } from './index';
import { embedLatentsReference } from './reference';

async function run(options: EmbedLatentsOptions, context: readonly number[]) {
  const device = await testDevice();
  const { samples, width, contextLength, contextRows, codes, latentDim } = options;
  const latents = randomMap(samples * codes, latentDim, 1);
  const contextTable = randomArray(contextRows * width, 2);
  const weight = randomArray(width * latentDim, 3);
  const bias = randomArray(width, 4);
  const positions = randomArray((contextLength + codes) * width, 5);
  const { out } = await runPlan(device, plan(options, device.target), {
    context: { dtype: 'i32', data: context },
    latents: { dtype: 'f32', data: latents },
    contextTable: { dtype: 'f32', data: contextTable },
    weight: {
      dtype: 'f32',
      data: packConvWeight(weight, { inChannels: latentDim, outChannels: width, kernelSize: 1 }),
    },
    bias: { dtype: 'f32', data: bias },
    positions: { dtype: 'f32', data: positions },
    out: { dtype: 'f32', length: samples * (contextLength + codes) * width },
  });
  const expected = embedLatentsReference(options, { context, latents, contextTable, weight, bias, positions });
  return { out: out!, expected };
}

it('sizes 1, primes, about the size of a workgroup', async () => {
  for (const [samples, width, contextLength, codes, latentDim] of [
    [1, 4, 1, 1, 1],
    [3, 8, 2, 7, 4],
    [1, 4, 3, 60, 5],
    [1, 4, 3, 61, 8],
    [2, 12, 4, 62, 3],
  ] as const) {
    const options = { samples, width, contextLength, contextRows: 5, codes, latentDim };
    const { out, expected } = await run(
      options,
      Array.from({ length: samples * contextLength }, (_, i) => i % 5),
    );
    expectClose(out, expected, { atol: 1e-5 }, JSON.stringify(options));
  }
});

it('an unknown condition gives NaN there and nowhere else', async () => {
  const options = { samples: 1, width: 4, contextLength: 3, contextRows: 2, codes: 2, latentDim: 4 };
  const { out } = await run(options, [2, 1, -1]);
  expect([...out].map((value) => Number.isNaN(value))).toEqual(
    Array.from({ length: 20 }, (_, i) => i >> 2 === 0 || i >> 2 === 2),
  );
});
