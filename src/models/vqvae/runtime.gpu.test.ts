/** One interface, two implementations: the same pixels and codes from WGSL, from tfjs on the CPU, and from tfjs on our device. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { GpuContext } from '../../gpu/device';
import { withErrorScopes } from '../../gpu/errorScopes';
import { testDevice } from '../../gpu/testing/device';
import { openTfjs, openTfjsOnDevice } from '../../tfjs/device';
import { fixtureModel, uniforms } from '../testing';
import type { ModelBackend } from '../compiled';
import { createVqvae, type VqvaeRuntime } from './runtime';

const next = uniforms(3);
const SIZE = { height: 32, width: 48 };
const pixels = Uint8ClampedArray.from({ length: SIZE.height * SIZE.width * 4 }, (_, i) =>
  i % 4 === 3 ? 255 : 128 + 100 * Math.sin(i / 97) + 20 * next(),
);

let context: GpuContext;
beforeAll(async () => {
  context = await testDevice();
});

const largest = (a: Uint8ClampedArray, b: Uint8ClampedArray): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), 0);

describe('VqvaeRuntime', () => {
  it.each(['tiny-wide', 'tiny-rvq', 'tiny-fsq', 'tiny-h2'])('%s: WGSL and tfjs give the same', async (id) => {
    const { model } = fixtureModel(id);
    const gpu = await createVqvae({ kind: 'webgpu', context, precision: 'f32' }, model, SIZE, { warmUp: true });
    const cpu = await createVqvae({ kind: 'tfjs', tfjs: await openTfjs('cpu') }, model, SIZE);
    const [ours, theirs] = await withErrorScopes(context.device, async () => {
      return [await gpu.reconstruct(pixels), await cpu.reconstruct(pixels)] as const;
    });
    expect(ours.indices).toEqual(theirs.indices);
    expect(largest(ours.pixels, theirs.pixels)).toBeLessThanOrEqual(1);
    expect(ours.pixels.length).toBe(pixels.length);
    for (const runtime of [gpu, cpu]) {
      const encoded = await runtime.encode(pixels);
      expect(encoded.indices).toEqual(ours.indices);
      expect(encoded.latents.length).toBe((ours.indices.at(-1)?.length ?? 0) * model.manifest.config.codeDim);
      expect(encoded.topLatents?.length).toBe(id === 'tiny-h2' ? 4 * 6 * 6 : undefined);
      expect(largest(await runtime.decode(ours.indices), ours.pixels)).toBeLessThanOrEqual(1);
      expect(runtime.codebook(0).length % model.manifest.config.codeDim).toBe(0);
      expect(runtime.memory.weightsBytes).toBeGreaterThan(0);
      for (const time of Object.values(ours.timings))
        if (typeof time === 'number') expect(time).toBeGreaterThanOrEqual(0);
    }
    expect(gpu.pixelsBuffer?.size).toBeGreaterThanOrEqual(pixels.length);
    expect(cpu.pixelsBuffer).toBeNull();
    gpu.dispose();
    cpu.dispose();
  });

  it('refuses codes outside the codebook and pictures of another size, whatever the backend', async () => {
    const { model } = fixtureModel('tiny-wide');
    const backends: ModelBackend[] = [
      { kind: 'webgpu', context, precision: 'f32' },
      { kind: 'tfjs', tfjs: await openTfjs('cpu') },
    ];
    for (const backend of backends) {
      const runtime: VqvaeRuntime = await createVqvae(backend, model, { height: 8, width: 8 });
      const masked = Int32Array.of(0, 1, 64, 2);
      await expect(runtime.decode([masked])).rejects.toThrow(/code 2 is 64, the codebook has 0\.\.63/);
      await expect(runtime.encode(pixels)).rejects.toThrow(/8 x 8 RGBA pixels are 256 bytes/);
      expect(() => runtime.codebook(1)).toThrow(/level 1: the model has 1 level/);
      runtime.dispose();
    }
  });

  it('of two levels takes grids of two sizes, and pictures of whole top codes', async () => {
    const { model } = fixtureModel('tiny-h2');
    const tfjs = { kind: 'tfjs', tfjs: await openTfjs('cpu') } as const;
    const runtime = await createVqvae(tfjs, model, { height: 16, width: 8 });
    const [top, bottom] = [Int32Array.of(31, 0), new Int32Array(8).fill(63)];
    expect((await runtime.decode([top, bottom])).length).toBe(16 * 8 * 4);
    await expect(runtime.decode([bottom, top])).rejects.toThrow(/level 0: 2 codes are needed, found 8/);
    await expect(runtime.decode([top, top])).rejects.toThrow(/level 1: 8 codes are needed, found 2/);
    await expect(runtime.decode([Int32Array.of(32, 0), bottom])).rejects.toThrow(/level 0: code 0 is 32/);
    expect([runtime.codebook(0).length, runtime.codebook(1).length]).toEqual([32 * 6, 64 * 6]);
    runtime.dispose();
    await expect(createVqvae(tfjs, model, { height: 12, width: 8 })).rejects.toThrow(/12 x 8: .* multiples of 8/);
  });

  it('stops compiling when aborted', async () => {
    const { model } = fixtureModel('tiny-rvq');
    const signal = AbortSignal.abort(new DOMException('stopped', 'AbortError'));
    const made = createVqvae({ kind: 'webgpu', context, precision: 'f32' }, model, SIZE, { signal });
    await expect(made).rejects.toThrow(/stopped/);
  });

  it('runs on tfjs-webgpu on our own device: the peer in the benchmark', async () => {
    const { model } = fixtureModel('tiny-wide');
    const gpu = await createVqvae({ kind: 'webgpu', context, precision: 'f32' }, model, SIZE);
    const tfjs = await openTfjsOnDevice(context);
    const peer = await createVqvae({ kind: 'tfjs', tfjs }, model, SIZE);
    const ours = await gpu.reconstruct(pixels);
    const theirs = await peer.reconstruct(pixels);
    expect(theirs.indices).toEqual(ours.indices);
    expect(largest(ours.pixels, theirs.pixels)).toBeLessThanOrEqual(1);
    peer.dispose();
    tfjs.dispose();
    gpu.dispose();
  });
});
