/** What a replay of a prior may do, counted by wrapping GPUDevice.prototype, not by our own counters. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuContext } from '../../gpu/device';
import { withErrorScopes } from '../../gpu/errorScopes';
import { testDevice } from '../../gpu/testing/device';
import { compileGraph } from '../../graph/compile';
import type { CompiledGraph } from '../../graph/replay';
import { WeightStore } from '../../graph/weights';
import { fixturePrior } from '../testing';
import { buildPrior, timeFeatures } from './graph';
import { randomInputs } from './testing';

const { model } = fixturePrior('tiny-prior-two-level');
const { config, vocabulary } = model.manifest;
const BATCH = 2;

let context: GpuContext;
let weights: WeightStore;
let graph: CompiledGraph;
const counts = { createBuffer: 0, createBindGroup: 0, createComputePipeline: 0, writeBuffer: 0 };
const inputs = randomInputs(config, vocabulary.size, BATCH);

const writeInputs = () => {
  graph.write('codes', Int32Array.from(inputs.codes ?? []));
  graph.write('context', Int32Array.from(inputs.context));
  graph.write('features', timeFeatures(inputs.t, config.width));
};

beforeAll(async () => {
  context = await testDevice();
  const wrap = <T extends object>(prototype: T, name: keyof T & keyof typeof counts) => {
    const original = prototype[name] as (...args: unknown[]) => unknown;
    const counted = function (this: T, ...args: unknown[]) {
      counts[name]++;
      return original.apply(this, args);
    };
    Object.defineProperty(prototype, name, { configurable: true, writable: true, value: counted });
  };
  wrap(GPUDevice.prototype, 'createBuffer');
  wrap(GPUDevice.prototype, 'createBindGroup');
  wrap(GPUDevice.prototype, 'createComputePipeline');
  wrap(GPUQueue.prototype, 'writeBuffer');
  weights = new WeightStore(context, model.weights);
  graph = await compileGraph(context, buildPrior(config, vocabulary.size, BATCH), weights, { precision: 'f32' });
});

afterAll(() => {
  graph.dispose();
  weights.dispose();
});

describe('a replayed evaluation', () => {
  it('makes no buffer and no bind group, and writes only its three inputs', async () => {
    expect(counts.createBuffer).toBe(graph.stats.buffers + graph.stats.weightsBuffers);
    await withErrorScopes(context.device, async () => {
      writeInputs();
      graph.run();
      const first = await graph.read('logits.0', 'logits.1');
      const before = { ...counts };
      for (let i = 0; i < 50; i++) graph.run();
      expect(counts).toEqual(before);
      writeInputs();
      graph.run();
      expect(await graph.read('logits.0', 'logits.1')).toEqual(first);
      expect(counts).toEqual({ ...before, writeBuffer: before.writeBuffer + 3 });
    });
  });

  it('takes 5 dispatches for every block, whatever the batch', async () => {
    const single = await compileGraph(context, buildPrior(config, vocabulary.size, 1), weights, { precision: 'f32' });
    for (const { steps } of [graph, single]) {
      const blocks = new Map<string, number>();
      for (const { name, dispatches } of steps) {
        const block = /^blocks\.\d+/.exec(name)?.[0];
        if (block) blocks.set(block, (blocks.get(block) ?? 0) + dispatches.length);
      }
      expect(blocks.size).toBe(config.depth);
      for (const [name, count] of blocks) expect(count, name).toBe(5);
    }
    single.dispose();
  });

  it('takes 5 dispatches around the blocks with one grid, 6 with two', async () => {
    expect(graph.stats.dispatches).toBe(5 * config.depth + 6);
    const { model: one } = fixturePrior('tiny-prior-gaussian');
    const store = new WeightStore(context, one.weights);
    const other = await compileGraph(context, buildPrior(one.manifest.config, vocabulary.size, 1), store, {
      precision: 'f32',
    });
    expect(other.stats.dispatches).toBe(5 * config.depth + 5);
    other.dispose();
    store.dispose();
  });
});
