/** The prior's runtime on WebGPU, and what a sampler builds on: results that stay there. */
import { beforeAll, describe, expect, it } from 'vitest';
import { readBuffer } from '../../gpu/buffers';
import type { GpuContext } from '../../gpu/device';
import { withErrorScopes } from '../../gpu/errorScopes';
import { testDevice } from '../../gpu/testing/device';
import { fixturePrior } from '../testing';
import { timeFeatures } from './graph';
import { createPrior } from './runtime';
import { describePrior, randomInputs } from './testing';

let context: GpuContext;
beforeAll(async () => {
  context = await testDevice();
});

describe('on WebGPU, f32', () => {
  describePrior(() => Promise.resolve({ kind: 'webgpu', context, precision: 'f32' }), 1e-4);
});

describe('on WebGPU, f16', () => {
  describePrior(
    () => Promise.resolve({ kind: 'webgpu', context, precision: context.features.has('shader-f16') ? 'f16' : 'f32' }),
    5e-3,
  );
});

it('two evaluations in one submit, the time copied in between: what a sampling loop does', async () => {
  const { model } = fixturePrior('tiny-prior-absorbing');
  const { config, vocabulary } = model.manifest;
  const runtime = await createPrior({ kind: 'webgpu', context, precision: 'f32' }, model, { batch: 2, warmUp: true });
  const inputs = randomInputs(config, vocabulary.size, 2);
  const [first] = await runtime.run({ ...inputs, t: [9, 9] });
  const [second] = await runtime.run({ ...inputs, t: [4, 4] });
  const { device } = context;
  const { gpu } = runtime;
  if (!gpu) throw new Error('no GPU tensors');
  const [logits] = gpu.outputs;
  expect(logits).toMatchObject({ columns: 64, stride: 64 });
  expect(gpu.context).toMatchObject({ columns: 5, stride: 5 });

  await withErrorScopes(device, async () => {
    const size = logits!.buffer.size;
    const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const steps = device.createBuffer({ size: 4 * 32 * 4, usage });
    device.queue.writeBuffer(steps, 0, timeFeatures([9, 9, 4, 4], 32));
    const kept = device.createBuffer({ size: 2 * size, usage });
    const encoder = device.createCommandEncoder();
    for (const step of [0, 1]) {
      encoder.copyBufferToBuffer(steps, step * 2 * 32 * 4, gpu.features.buffer, 0, 2 * 32 * 4);
      gpu.record(encoder);
      encoder.copyBufferToBuffer(logits!.buffer, 0, kept, step * size, size);
    }
    device.queue.submit([encoder.finish()]);
    const found = new Float32Array(await readBuffer(device, kept, 2 * size));
    expect(found.subarray(0, first!.length)).toEqual(first);
    expect(found.subarray(first!.length)).toEqual(second);
    steps.destroy();
    kept.destroy();
  });
  runtime.dispose();
});

it('runs asked for at the same time do not mix', async () => {
  const { model } = fixturePrior('tiny-prior-uniform');
  const runtime = await createPrior({ kind: 'webgpu', context, precision: 'f32' }, model);
  const inputs = [1, 2, 3].map((seed) => randomInputs(model.manifest.config, 12, 1, seed));
  const together = await Promise.all(inputs.map((one) => runtime.run(one)));
  for (const [i, one] of inputs.entries()) expect(await runtime.run(one)).toEqual(together[i]);
  runtime.dispose();
});
