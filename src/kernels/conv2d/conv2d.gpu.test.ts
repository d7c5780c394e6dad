import { describe, expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray, randomMap } from '../../gpu/testing/random';
import { runPlan, type RoleBuffer } from '../../gpu/testing/runKernel';
import { ceil4, type Target } from '../kernel';
import { storageError, stored } from '../testing';
import { outSize, packConvWeight, plan, type Conv2dOptions } from './index';
import { conv2dReference } from './reference';

const same = (pad: number) => ({ top: pad, left: pad, bottom: pad, right: pad });
const base: Conv2dOptions = {
  batch: 1,
  inHeight: 5,
  inWidth: 7,
  inChannels: 8,
  outChannels: 8,
  kernelSize: 3,
  stride: 1,
  pad: same(1),
  upsample: 1,
  activation: 'none',
  residual: 'none',
  residualChannels: 0,
  elem: 'f32',
  outElem: 'f32',
};

async function check(change: Partial<Conv2dOptions>, targetChange: Partial<Target> = {}): Promise<void> {
  const context = await testDevice();
  const options = { ...base, ...change };
  const { batch, inHeight, inWidth, inChannels, outChannels, kernelSize, elem, outElem, residualChannels } = options;
  const { height, width } = outSize(options);
  const outPixels = batch * height * width;
  const scale = 1 / Math.sqrt(inChannels * kernelSize ** 2);
  const x = stored(elem, randomMap(batch * inHeight * inWidth, inChannels, 1));
  const weight = stored(elem, randomArray(outChannels * inChannels * kernelSize ** 2, 2, scale));
  const bias = randomArray(outChannels, 3);
  const paddedBias = Float32Array.from({ length: ceil4(outChannels) }, (_, i) => bias[i] ?? 0);
  const wide = options.residual === 'project' ? residualChannels : outChannels;
  const residual = stored(elem, randomMap(outPixels, wide, 4));
  const residualWeight = stored(elem, randomArray(outChannels * residualChannels, 5));
  const roles: Record<string, RoleBuffer> = {
    x: { dtype: elem, data: x },
    weight: { dtype: elem, data: packConvWeight(weight, options) },
    bias: { dtype: 'f32', data: paddedBias },
    out: { dtype: outElem, length: outPixels * ceil4(outChannels) },
  };
  if (options.residual !== 'none') roles.residual = { dtype: elem, data: residual };
  if (options.residual === 'project') {
    const sizes = { inChannels: residualChannels, outChannels, kernelSize: 1 };
    roles.residualWeight = { dtype: elem, data: packConvWeight(residualWeight, sizes) };
  }
  const { out } = await runPlan(context, plan(options, { ...context.target, ...targetChange }), roles);
  const expected = conv2dReference(options, { x, weight, bias, residual, residualWeight });
  const tolerance = storageError(outElem);
  expectClose(out, expected, { atol: 1e-5 + tolerance, rtol: tolerance }, JSON.stringify(change));
}

describe('conv2d', () => {
  it('kernel sizes, strides and paddings', async () => {
    for (const kernelSize of [1, 3, 4] as const)
      for (const stride of [1, 2] as const) await check({ kernelSize, stride, inWidth: 9, pad: same(kernelSize >> 1) });
    await check({ stride: 2, pad: { top: 0, left: 0, bottom: 1, right: 1 }, inHeight: 6, inWidth: 8 });
    await check({ kernelSize: 4, stride: 2, pad: same(1), inHeight: 6, inWidth: 8 });
    await check({ pad: same(0) });
    await check({ pad: { top: 3, left: 2, bottom: 0, right: 4 } });
  });

  it('sizes 1, primes, tile - 1, tile, tile + 1; many workgroups', async () => {
    for (const inWidth of [1, 2, 3, 4, 5, 7, 8, 9, 13]) await check({ inWidth, inHeight: 3 });
    for (const inHeight of [1, 2, 15, 16, 17]) await check({ inHeight, inWidth: 4, inChannels: 4 });
    await check({ inHeight: 41, inWidth: 37, inChannels: 3, outChannels: 3 });
  });

  it('any number of channels, zeros in the padding', async () => {
    for (const inChannels of [1, 3, 4, 5, 13]) await check({ inChannels });
    for (const outChannels of [1, 2, 3, 4, 5, 7, 12, 13, 20, 36]) await check({ outChannels });
  });

  it('batches', () => check({ batch: 3, inWidth: 6 }));

  it('enlarges by repeating pixels', async () => {
    await check({ upsample: 2 });
    await check({ upsample: 2, inHeight: 1, inWidth: 1 });
    await check({ upsample: 2, kernelSize: 1, pad: same(0) });
  });

  it('activation and residuals', async () => {
    await check({ activation: 'silu' });
    await check({ residual: 'add', outChannels: 6 });
    await check({ residual: 'project', residualChannels: 5, outChannels: 6 });
    await check({ residual: 'project', residualChannels: 12, activation: 'silu', stride: 2 });
  });

  it('f16 in and out', async () => {
    const context = await testDevice();
    expect(context.features.has('shader-f16')).toBe(true);
    await check({ elem: 'f16', outElem: 'f16' });
    await check({ elem: 'f16', outElem: 'f16', residual: 'project', residualChannels: 5, activation: 'silu' });
    await check({ elem: 'f16', outElem: 'f32', residual: 'add', outChannels: 3 });
  });

  it("a GPU's tiles, and grids that go on in z", async () => {
    const limits = { ...(await testDevice()).target.limits, maxComputeWorkgroupsPerDimension: 5 };
    await check({ outChannels: 13, inWidth: 13, inHeight: 11 }, { isSoftware: false });
    await check({ outChannels: 3, inHeight: 70, inChannels: 1 }, { isSoftware: false, limits });
    await check({ outChannels: 40, inChannels: 1, inHeight: 120, inWidth: 130 }, { isSoftware: false });
  });

  it('SiLU stays finite far out', async () => {
    const context = await testDevice();
    const options: Conv2dOptions = {
      ...base,
      kernelSize: 1,
      pad: same(0),
      inHeight: 1,
      inWidth: 6,
      inChannels: 1,
      outChannels: 1,
      activation: 'silu',
    };
    const values = [-3e38, -1e4, -90, 90, 3e38, 0];
    const { out } = await runPlan(context, plan(options, context.target), {
      x: { dtype: 'f32', data: values.flatMap((value) => [value, 0, 0, 0]) },
      weight: { dtype: 'f32', data: packConvWeight(Float32Array.of(1), { ...options }) },
      bias: { dtype: 'f32', data: [0, 0, 0, 0] },
      out: { dtype: 'f32', length: 24 },
    });
    const shown = values.map((_, i) => out?.[4 * i] ?? NaN);
    expectClose(shown, [0, 0, 0, 90, 3e38, 0], { atol: 1e-6, rtol: 1e-5 });
  });
});
