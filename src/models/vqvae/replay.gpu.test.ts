/** What a replay may do, counted by wrapping GPUDevice.prototype, not by our own counters. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuContext } from '../../gpu/device';
import { withErrorScopes } from '../../gpu/errorScopes';
import { testDevice } from '../../gpu/testing/device';
import { compileGraph } from '../../graph/compile';
import type { CompiledGraph } from '../../graph/replay';
import { WeightStore } from '../../graph/weights';
import { randomWeights, uniforms } from '../testing';
import { vqvaeConfigSchema } from './config';
import { buildAutoencoder } from './graph';

/** Both kinds of ResBlock, attention, both directions. */
const config = vqvaeConfigSchema.parse({
  encoder: { stem: 1, channels: [8, 16], resBlocks: [1, 2], attention: [false, true] },
  decoder: { stem: 1, channels: [8, 16], resBlocks: [2, 1], attention: [false, true] },
  latentChannels: 8,
  codeDim: 4,
  normGroups: 4,
  quantizer: { kind: 'rvq', codebookSize: 32, numLevels: 2 },
});

let context: GpuContext;
let weights: WeightStore;
let graph: CompiledGraph;
const counts = {
  createBuffer: 0,
  createBindGroup: 0,
  createComputePipeline: 0,
  writeBuffer: 0,
  bytes: 0,
  destroyed: 0,
};

beforeAll(async () => {
  context = await testDevice();
  const wrap = <T extends object>(prototype: T, name: keyof T & keyof typeof counts) => {
    const original = prototype[name] as (...args: unknown[]) => unknown;
    const counted = function (this: T, ...args: unknown[]) {
      counts[name]++;
      if (name === 'createBuffer') counts.bytes += (args[0] as GPUBufferDescriptor).size;
      return original.apply(this, args);
    };
    Object.defineProperty(prototype, name, { configurable: true, writable: true, value: counted });
  };
  wrap(GPUDevice.prototype, 'createBuffer');
  wrap(GPUDevice.prototype, 'createBindGroup');
  wrap(GPUDevice.prototype, 'createComputePipeline');
  wrap(GPUQueue.prototype, 'writeBuffer');
  weights = new WeightStore(context, randomWeights(config));
  graph = await compileGraph(context, buildAutoencoder(config, 16, 16), weights, { precision: 'f32' });
});

afterAll(() => {
  graph.dispose();
  weights.dispose();
});

const next = uniforms(5);
const pixels = Uint32Array.from({ length: 256 }, () => ((next() + 1) * 2 ** 31) >>> 0);

describe('a replayed run', () => {
  it('makes no buffer, no bind group, and writes once: the input', async () => {
    const { createBuffer, bytes } = counts;
    expect(createBuffer).toBe(graph.stats.buffers + graph.stats.weightsBuffers);
    expect(bytes).toBe(graph.stats.activationsBytes + graph.stats.weightsBytes);
    await withErrorScopes(context.device, async () => {
      graph.write('pixels', pixels);
      graph.run();
      const { picture: first } = await graph.read('picture', 'indices.0', 'indices.1');
      const before = { ...counts };
      for (let i = 0; i < 100; i++) {
        graph.write('pixels', pixels);
        graph.run();
      }
      const { picture: last } = await graph.read('picture');
      await graph.runTimed();
      expect(counts).toEqual({ ...before, writeBuffer: before.writeBuffer + 100 });
      expect(last).toEqual(first);
    });
  });

  it('times its four stages', async () => {
    const { segments, clock } = await graph.runTimed();
    expect(Object.keys(segments)).toEqual(['prepare', 'encode', 'quantize', 'decode']);
    expect(clock).toBe(context.features.has('timestamp-query') ? 'timestamp-query' : 'wall');
    expect(segments.encode).toBeGreaterThan(0);
  });

  it('may begin with indices from outside, but not where it would read stale tensors', async () => {
    graph.write('pixels', pixels);
    graph.run();
    const whole = await graph.read('picture', 'indices.0', 'indices.1');
    graph.write('indices.0', new Int32Array(64).fill(3));
    graph.run({ from: 'decode' });
    expect((await graph.read('picture')).picture).not.toEqual(whole.picture);
    graph.write('indices.0', whole['indices.0']);
    graph.run({ from: 'decode' });
    expect((await graph.read('picture')).picture).toEqual(whole.picture);
    expect(() => graph.run({ from: 'encode' })).toThrow(/cannot begin at "encode"/);
    expect(() => graph.run({ from: 'nowhere' })).toThrow(/no segment "nowhere"/);
  });

  it('takes at most 6 dispatches for every ResBlock', () => {
    const blocks = new Map<string, number>();
    for (const { name, dispatches } of graph.steps) {
      const block = /^.*resnets\.\d+/.exec(name)?.[0];
      if (block) blocks.set(block, (blocks.get(block) ?? 0) + dispatches.length);
    }
    expect(blocks.size).toBe(3 + 2 + 3 + 2);
    for (const [name, count] of blocks) expect(count, name).toBeLessThanOrEqual(6);
  });

  it('refuses the wrong number of values and unknown names', async () => {
    expect(() => graph.write('pixels', new Uint32Array(3))).toThrow(/3 values, 256 are needed/);
    expect(() => graph.write('nothing', pixels)).toThrow(/no tensor "nothing"/);
    await expect(graph.read('pixels')).rejects.toThrow(/no output "pixels"/);
  });

  it('shares weights between sizes', async () => {
    const { bytes } = weights;
    const other = await compileGraph(context, buildAutoencoder(config, 8, 24), weights, { precision: 'f32' });
    expect(weights.bytes).toBe(bytes);
    other.dispose();
  });

  it('says what to do where a tensor exceeds a binding', async () => {
    const limits = { ...context.limits, maxStorageBufferBindingSize: 4096 };
    await expect(
      compileGraph({ ...context, limits }, buildAutoencoder(config, 16, 16), weights, { precision: 'f32' }),
    ).rejects.toThrow(/Encode and decode in tiles/);
  });
});
