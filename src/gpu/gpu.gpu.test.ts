import { describe, expect, it } from 'vitest';
import { readBuffer, uploadStorage } from './buffers';
import { withErrorScopes } from './errorScopes';
import { PipelineCache } from './pipelines';
import type { OpPlan, Shader } from './plan';
import { testDevice } from './testing/device';
import { runPlan } from './testing/runKernel';
import { createTimestamps } from './timestamps';

const double: Shader = {
  name: 'double',
  variants: {
    f32: `
      struct Params { count: u32 }
      override WG = 64;
      @group(0) @binding(0) var<storage, read> x: array<f32>;
      @group(0) @binding(1) var<storage, read_write> out: array<f32>;
      @group(0) @binding(2) var<uniform> params: Params;
      @compute @workgroup_size(WG) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x < params.count) { out[id.x] = 2.0 * x[id.x]; }
      }`,
    broken: 'fn main() {\n  let a = nothing;\n}',
  },
};

const plan: OpPlan = {
  dispatches: [
    {
      shader: double,
      variant: 'f32',
      constants: { WG: 32 },
      bindings: ['x', 'out'],
      params: Uint32Array.of(3).buffer,
      workgroups: [1, 1, 1],
    },
  ],
  scratch: {},
};

describe('gpu', () => {
  it('reports the adapter', async () => {
    const context = await testDevice();
    expect(context.name).not.toBe('');
    expect(context.target.limits.maxStorageBuffersPerShaderStage).toBeGreaterThanOrEqual(8);
  });

  it('runs a plan', async () => {
    const context = await testDevice();
    const { out } = await runPlan(context, plan, {
      x: { dtype: 'f32', data: [1, 2, 3] },
      out: { dtype: 'f32', length: 3 },
    });
    expect(out).toEqual(Float32Array.of(2, 4, 6));
  });

  it('turns validation errors into exceptions', async () => {
    const { device } = await testDevice();
    const bad = () =>
      device.createBuffer({ label: 'bad', size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    await expect(withErrorScopes(device, bad)).rejects.toThrow(/^validation: /);
  });

  it('makes a pipeline once and explains a broken shader', async () => {
    const { device } = await testDevice();
    const cache = new PipelineCache(device);
    const stage = { shader: double, variant: 'f32', constants: { WG: 16 } };
    expect(await cache.get(stage)).toBe(await cache.get({ ...stage }));
    expect(cache.size).toBe(1);
    device.pushErrorScope('validation');
    await expect(cache.get({ ...stage, variant: 'broken' })).rejects.toThrow(/let a = nothing;/);
    await device.popErrorScope();
    await expect(cache.get({ ...stage, variant: 'f64' })).rejects.toThrow(/has no variant "f64"/);
  });

  it('moves odd numbers of bytes', async () => {
    const { device } = await testDevice();
    const buffer = uploadStorage(device, 'odd', Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect([...new Uint8Array(await readBuffer(device, buffer, 6))]).toEqual([1, 2, 3, 4, 5, 6]);
    buffer.destroy();
  });

  it('measures passes', async () => {
    const { device } = await testDevice();
    const times = createTimestamps(device, 1);
    if (!times) return expect(device.features.has('timestamp-query')).toBe(false);
    const encoder = device.createCommandEncoder();
    encoder.beginComputePass({ timestampWrites: times.writes(0) }).end();
    times.resolve(encoder);
    device.queue.submit([encoder.finish()]);
    expect((await times.readMs())[0]).toBeGreaterThanOrEqual(0);
    times.destroy();
  });
});
