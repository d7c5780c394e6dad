/** The run on the GPU against the same run in TypeScript, and what it may make on the way. */
import { beforeAll, describe, expect, it } from 'vitest';
import { spansOf } from '../../diffusion/layout';
import { PLAIN } from '../../diffusion/distribution';
import type { GpuContext } from '../../gpu/device';
import { testDevice } from '../../gpu/testing/device';
import { createPrior } from '../../models/prior/runtime';
import { codeCount } from '../../models/prior/config';
import { fixturePrior } from '../../models/testing';
import { GpuMachine } from './gpuMachine';
import { PriorNetwork } from './gpuNetwork';
import { GpuSampler } from './gpuSampler';
import { HostMachine, PriorDenoiser } from './hostMachine';
import { emptyState } from './machine';
import type { DiscreteProgram } from './program';
import { conditionsFor, countGpuCalls, programFor, runAll, type GpuCounts } from './testing/machines';
import type { DistributionOptions, SampleOptions, SamplerSpec } from './types';

let context: GpuContext;
let counts: GpuCounts;
const { signal } = new AbortController();
const BATCH = 3;

beforeAll(async () => {
  context = await testDevice();
  counts = countGpuCalls();
});

const programOf = (kind: string, sampler: SamplerSpec, more: Partial<SampleOptions> = {}) =>
  programFor<DiscreteProgram>(fixturePrior(`tiny-prior-${kind}`).model, sampler, { batch: BATCH, ...more });

async function open(kind: string, distribution: DistributionOptions) {
  const { model } = fixturePrior(`tiny-prior-${kind}`);
  const { config } = model.manifest;
  const guided = distribution.guidanceScale !== 1;
  const batch = BATCH * (guided ? 2 : 1);
  const backend = { kind: 'webgpu', context, precision: 'f32' } as const;
  const conditions = conditionsFor(BATCH);
  const network = new PriorNetwork(context.device, await createPrior(backend, model, { batch }), BATCH, config.width);
  const sampler = await GpuSampler.create(context, network, { spans: spansOf(config.grids), batch: BATCH, guided });
  const runtime = await createPrior(backend, model, { batch });
  const denoiser = new PriorDenoiser(runtime, config, conditions, BATCH, codeCount(config));
  return {
    gpu: new GpuMachine(context, sampler, conditions, distribution, 0, true),
    host: new HostMachine(denoiser, distribution, 0, true),
    dispose: () => {
      sampler.dispose();
      runtime.dispose();
    },
  };
}

const KNOBS: DistributionOptions = { guidanceScale: 2.5, temperature: 0.9, topK: 40, truncation: 0.95 };
const CASES: readonly (readonly [string, SamplerSpec, DistributionOptions])[] = [
  ['absorbing', { kind: 'posterior', numSteps: 20 }, PLAIN],
  ['absorbing', { kind: 'remdm', numSteps: 10, eta: 0.4 }, KNOBS],
  ['absorbing', { kind: 'maskgit', numSteps: 8, choiceTemperature: 3 }, KNOBS],
  ['absorbing', { kind: 'halton', numSteps: 8 }, PLAIN],
  ['absorbing', { kind: 'purity', numSteps: 8, purityWeight: 1 }, PLAIN],
  ['mask-replace', { kind: 'posterior', numSteps: 20 }, KNOBS],
  ['mask-replace', { kind: 'released-fast', numSteps: 5 }, PLAIN],
  ['uniform', { kind: 'posterior', numSteps: 20 }, PLAIN],
  ['two-level', { kind: 'posterior', numSteps: 6 }, PLAIN],
];

describe('a run on the GPU', () => {
  it.each(CASES)('%s, %o: every state is that of the TypeScript samplers', async (kind, sampler, distribution) => {
    const program = programOf(kind, sampler, { distribution });
    const machines = await open(kind, distribution);
    const gpu = await runAll(machines.gpu, program);
    const host = await runAll(machines.host, program);
    expect(gpu).toHaveLength(program.steps.length);
    gpu.forEach((state, i) => {
      expect([...state.codes], `codes after step ${i + 1}`).toEqual([...host[i]!.codes]);
      const differ = state.best.reduce((sum, code, at) => sum + Number(code !== host[i]!.best[at]), 0);
      expect(differ, `most likely codes after step ${i + 1}`).toBe(0);
      const off = (name: 'confidence' | 'entropy') =>
        state[name].reduce((most, value, at) => Math.max(most, Math.abs(value - host[i]![name][at]!)), 0);
      expect(off('confidence')).toBeLessThan(1e-4);
      expect(off('entropy')).toBeLessThan(1e-3);
    });
    machines.dispose();
  });

  it('noises known codes as the TypeScript samplers do', async () => {
    const codes = Int32Array.from({ length: BATCH * 64 }, (_, at) => (at % 2 ? at % 64 : -1));
    const program = programOf('mask-replace', { kind: 'posterior', numSteps: 6 }, { known: { codes, noised: true } });
    const machines = await open('mask-replace', PLAIN);
    const gpu = await runAll(machines.gpu, program);
    const host = await runAll(machines.host, program);
    expect(gpu.map((state) => [...state.codes])).toEqual(host.map((state) => [...state.codes]));
    machines.dispose();
  });

  it.each<SamplerSpec>([
    { kind: 'posterior', numSteps: 20 },
    { kind: 'maskgit', numSteps: 8, choiceTemperature: 1 },
  ])('%o: a step takes at most 5 L + 8 dispatches, known codes and guidance included', async (sampler) => {
    const codes = Int32Array.from({ length: BATCH * 64 }, (_, at) => (at % 3 ? -1 : 1));
    const program = programOf('absorbing', sampler, { known: { codes, noised: true } });
    const { gpu, dispose } = await open('absorbing', KNOBS);
    const before = counts.dispatchWorkgroups;
    await runAll(gpu, program);
    const { depth } = fixturePrior('tiny-prior-absorbing').model.manifest.config;
    const taken = (counts.dispatchWorkgroups - before) / program.steps.length;
    expect(taken).toBeGreaterThan(5 * depth);
    expect(taken).toBeLessThanOrEqual(5 * depth + 8);
    dispose();
  });

  it('makes no buffer, no bind group and no pipeline after the first run, and reads nothing back inside the loop', async () => {
    const program = programOf('absorbing', { kind: 'posterior', numSteps: 20 });
    const { gpu, dispose } = await open('absorbing', PLAIN);
    const first = await runAll(gpu, program);
    const before = { ...counts };
    gpu.begin(program, 0, emptyState(program.start));
    for (let done = 0; done < program.steps.length;) done = await gpu.advance(signal);
    const { createBuffer, createBindGroup, createComputePipelineAsync, mapAsync } = before;
    expect(counts).toMatchObject({ createBuffer, createBindGroup, createComputePipelineAsync, mapAsync });
    expect(counts.submit - before.submit).toBeLessThanOrEqual(program.steps.length);
    const again = [...(await gpu.trace()).values()];
    expect(again.at(-1)?.codes).toEqual(first.at(-1)?.codes);
    expect(counts).toMatchObject({ createBuffer: before.createBuffer, createBindGroup: before.createBindGroup });
    dispose();
  });
});
