import { describe, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray, randomMap } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { ceil4 } from '../kernel';
import { storageError, stored } from '../testing';
import { plan, type GroupNormOptions } from './index';
import { groupNormReference } from './reference';

const base: GroupNormOptions = {
  batch: 1,
  height: 5,
  width: 7,
  channels: 8,
  groups: 2,
  eps: 1e-6,
  silu: false,
  elem: 'f32',
};

async function check(change: Partial<GroupNormOptions>, isSoftware = true, offset = 0): Promise<void> {
  const context = await testDevice();
  const options = { ...base, ...change };
  const { batch, height, width, channels, elem } = options;
  const padded = ceil4(channels);
  const raw = randomMap(batch * height * width, channels, 1).map((v, i) =>
    i % padded < channels ? 2 * v + offset : 0,
  );
  const x = stored(elem, raw);
  const gamma = randomMap(1, channels, 2);
  const beta = randomArray(padded, 3);
  const { out } = await runPlan(context, plan(options, { ...context.target, isSoftware }), {
    x: { dtype: elem, data: x },
    gamma: { dtype: 'f32', data: gamma },
    beta: { dtype: 'f32', data: beta },
    out: { dtype: elem, length: x.length },
  });
  const rounding = storageError(elem);
  const atol = 1e-5 + rounding + Math.abs(offset) * 2e-6;
  expectClose(out, groupNormReference(options, x, gamma, beta), { atol, rtol: rounding }, JSON.stringify(change));
}

describe('groupNorm', () => {
  it('any number of channels in a group, padding stays zero', async () => {
    for (const [channels, groups] of [
      [1, 1],
      [3, 1],
      [3, 3],
      [4, 4],
      [6, 2],
      [6, 3],
      [10, 5],
      [15, 3],
      [21, 3],
      [48, 16],
      [64, 32],
      [160, 32],
      [7, 7],
    ] as const)
      await check({ channels, groups });
  });

  it('sizes 1, primes, one chunk more or less', async () => {
    for (const width of [1, 2, 31, 63, 64, 65, 127, 128, 129]) await check({ height: 1, width, silu: true });
    for (const width of [1, 31, 32, 33, 65]) await check({ height: 3, width }, false);
    await check({ height: 61, width: 67, channels: 12, groups: 3 });
    await check({ height: 61, width: 67, channels: 12, groups: 3 }, false);
  });

  it('batches', () => check({ batch: 3, channels: 12, groups: 6, silu: true }));

  it('a mean far from zero', () => check({ height: 32, width: 32 }, true, 1000));

  it('f16', async () => {
    await check({ elem: 'f16', silu: true });
    await check({ elem: 'f16', channels: 10, groups: 5, height: 40 }, false);
  });

  it('a constant map gives beta', async () => {
    const context = await testDevice();
    const options = { ...base, height: 9, width: 9, channels: 4, groups: 1 };
    const data = new Float32Array(4 * 81).fill(3.7);
    const { out } = await runPlan(context, plan(options, context.target), {
      x: { dtype: 'f32', data },
      gamma: { dtype: 'f32', data: [1, 1, 1, 1] },
      beta: { dtype: 'f32', data: [1, 2, 3, 4] },
      out: { dtype: 'f32', length: data.length },
    });
    expectClose(out, groupNormReference(options, data, [1, 1, 1, 1], [1, 2, 3, 4]), { atol: 2e-3 });
  });
});
