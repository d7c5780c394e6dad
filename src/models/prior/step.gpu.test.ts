/** Code by code with caches, against the whole causal network. */
import { beforeAll, describe, expect, it } from 'vitest';
import { readBuffer, uploadStorage, writeBuffer } from '../../gpu/buffers';
import type { GpuContext } from '../../gpu/device';
import { withErrorScopes } from '../../gpu/errorScopes';
import { largestDifference } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { compileGraph } from '../../graph/compile';
import { WeightStore } from '../../graph/weights';
import type { PriorModel } from '../loader';
import { fixturePrior } from '../testing';
import { codeCount, gridSize } from './config';
import { createPrior, type PriorInputs } from './runtime';
import { buildPriorStep } from './step';
import { createPriorStep, type PriorStepRuntime } from './stepRuntime';
import { randomInputs, twoLevelAutoregressive } from './testing';

let context: GpuContext;
beforeAll(async () => {
  context = await testDevice();
});

const BATCH = 3;
const { model } = fixturePrior('tiny-prior-autoregressive');

/**
 * All positions in one submit. A code is there only after its own step, as in sampling: before, NaN would come of it.
 * @returns per grid [batch, N_g, K_g]
 */
async function stepwise(step: PriorStepRuntime, { manifest }: PriorModel, inputs: PriorInputs) {
  const { grids } = manifest.config;
  const count = codeCount(manifest.config);
  const { device } = context;
  const truth = Int32Array.from(inputs.codes ?? []);
  return withErrorScopes(device, async () => {
    writeBuffer(device, step.context.buffer, Int32Array.from(inputs.context));
    writeBuffer(device, step.codes.buffer, new Int32Array(truth.length).fill(-7));
    const codes = uploadStorage(device, 'true codes', truth);
    const sizes = step.logits.map(({ stride }) => step.batch * stride * 4);
    const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const kept = grids.map((grid, g) => device.createBuffer({ size: gridSize(grid) * sizes[g]!, usage }));
    const encoder = device.createCommandEncoder();
    step.prefill(encoder);
    let position = 0;
    for (const [g, grid] of grids.entries())
      for (let i = 0; i < gridSize(grid); i++, position++) {
        step.record(encoder, position);
        encoder.copyBufferToBuffer(step.logits[g]!.buffer, 0, kept[g]!, i * sizes[g]!, sizes[g]);
        for (let sample = 0; sample < step.batch; sample++) {
          const place = 4 * (sample * count + position);
          encoder.copyBufferToBuffer(codes, place, step.codes.buffer, place, 4);
        }
      }
    device.queue.submit([encoder.finish()]);
    const results = await Promise.all(
      grids.map(async (grid, g) => {
        const { stride, columns } = step.logits[g]!;
        const found = new Float32Array(await readBuffer(device, kept[g]!, kept[g]!.size));
        const out = new Float32Array(step.batch * gridSize(grid) * columns);
        for (let i = 0; i < gridSize(grid); i++)
          for (let sample = 0; sample < step.batch; sample++)
            out.set(
              found.subarray((i * step.batch + sample) * stride, (i * step.batch + sample) * stride + columns),
              (sample * gridSize(grid) + i) * columns,
            );
        return out;
      }),
    );
    for (const buffer of [codes, ...kept]) buffer.destroy();
    return results;
  });
}

function expectAlike(found: readonly Float32Array[], expected: readonly Float32Array[], tolerance: number): void {
  expect(found).toHaveLength(expected.length);
  expected.forEach((values, g) => {
    const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largestDifference(found[g]!, values).maxAbs).toBeLessThanOrEqual(tolerance * scale);
  });
}

describe.each([
  ['one grid', model],
  ['two grids', twoLevelAutoregressive()],
] as const)('%s', (_, prior) => {
  it.each(['f32', 'f16'] as const)(
    'gives the logits of the whole network at every position, run after run, in %s',
    async (precision) => {
      // Without shader-f16 there is nothing to compare; f32 is.
      if (precision === 'f16' && !context.features.has('shader-f16')) return;
      const backend = { kind: 'webgpu', context, precision } as const;
      const { config, vocabulary } = prior.manifest;
      const whole = await createPrior(backend, prior, { batch: BATCH });
      const step = await createPriorStep(backend, prior, { batch: BATCH, warmUp: true });
      expect(step.memory.weightsBytes).toBe(whole.memory.weightsBytes);
      // The second run finds the caches full of the first one's keys and values.
      for (const seed of [3, 4]) {
        const inputs = randomInputs(config, vocabulary.size, BATCH, seed);
        const expected = await whole.run(inputs);
        expectAlike(await stepwise(step, prior, inputs), expected, precision === 'f32' ? 1e-4 : 5e-3);
      }
      whole.dispose();
      step.dispose();
    },
  );
});

describe('a recorded step', () => {
  it('makes no buffer and no bind group, and writes nothing', async () => {
    const step = await createPriorStep({ kind: 'webgpu', context, precision: 'f32' }, model, { batch: BATCH });
    const count = codeCount(model.manifest.config);
    const made: string[] = [];
    const restore = (['createBuffer', 'createBindGroup', 'createComputePipeline'] as const).map((name) =>
      listen(GPUDevice.prototype, name, made),
    );
    restore.push(listen(GPUQueue.prototype, 'writeBuffer', made));
    const encoder = context.device.createCommandEncoder();
    step.prefill(encoder);
    for (let round = 0; round < 5; round++)
      for (let position = 0; position < count; position++) step.record(encoder, position);
    context.device.queue.submit([encoder.finish()]);
    for (const undo of restore) undo();
    expect(made).toEqual([]);
    for (const position of [-1, count, 0.5, NaN])
      expect(() => step.record(encoder, position)).toThrow(`there are 0 to ${count - 1}`);
    await context.device.queue.onSubmittedWorkDone();
    step.dispose();
  });

  it('takes 5 dispatches for every block and 2 around them', async () => {
    const { config, vocabulary } = model.manifest;
    const weights = new WeightStore(context, model.weights);
    const graph = await compileGraph(context, buildPriorStep(config, vocabulary.size, BATCH), weights, {
      precision: 'f32',
    });
    const inStep = graph.steps.filter(({ segment }) => segment === 'step' || segment.startsWith('head'));
    expect(inStep.reduce((sum, { dispatches }) => sum + dispatches.length, 0)).toBe(5 * config.depth + 2);
    graph.dispose();
    weights.dispose();
  });

  it('is there for autoregressive priors only', async () => {
    const { model: other } = fixturePrior('tiny-prior-absorbing');
    await expect(createPriorStep({ kind: 'webgpu', context, precision: 'f32' }, other)).rejects.toThrow(
      /only an autoregressive prior goes code by code, this one is absorbing/,
    );
  });
});

/** Notes the calls of a method until it is undone. */
function listen<T extends object>(prototype: T, name: keyof T & string, calls: string[]): () => void {
  const original = prototype[name] as (...args: unknown[]) => unknown;
  const put = (value: unknown) => Object.defineProperty(prototype, name, { configurable: true, writable: true, value });
  put(function (this: T, ...args: unknown[]) {
    calls.push(name);
    return original.apply(this, args);
  });
  return () => put(original);
}
