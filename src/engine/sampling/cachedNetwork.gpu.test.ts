/** Autoregressive priors code by code with a cache, against the same run with the whole network for every code. */
import { beforeAll, describe, expect, it } from 'vitest';
import { PLAIN } from '../../diffusion/distribution';
import { spansOf } from '../../diffusion/layout';
import type { GpuContext } from '../../gpu/device';
import { testDevice } from '../../gpu/testing/device';
import type { PriorModel } from '../../models/loader';
import { codeCount } from '../../models/prior/config';
import { createPrior } from '../../models/prior/runtime';
import { createPriorStep } from '../../models/prior/stepRuntime';
import { twoLevelAutoregressive } from '../../models/prior/testing';
import { fixturePrior } from '../../models/testing';
import { CachedNetwork } from './cachedNetwork';
import { GpuMachine } from './gpuMachine';
import { GpuSampler } from './gpuSampler';
import { HostMachine, PriorDenoiser } from './hostMachine';
import { emptyState, type MachineState } from './machine';
import type { DiscreteProgram } from './program';
import { conditionsFor, countGpuCalls, programFor, runAll, type GpuCounts } from './testing/machines';
import type { DistributionOptions, SampleOptions } from './types';

let context: GpuContext;
let counts: GpuCounts;
beforeAll(async () => {
  context = await testDevice();
  counts = countGpuCalls();
});

const { model: oneGrid } = fixturePrior('tiny-prior-autoregressive');
const twoGrids = twoLevelAutoregressive();
const GUIDED: DistributionOptions = { guidanceScale: 2.5, temperature: 0.9, topK: 40, truncation: 0.95 };

const programOf = (model: PriorModel, batch: number, more: Partial<SampleOptions> = {}) =>
  programFor<DiscreteProgram>(model, { kind: 'autoregressive' }, { batch, ...more });

async function openGpu(model: PriorModel, batch: number, distribution = PLAIN) {
  const { config } = model.manifest;
  const guided = distribution.guidanceScale !== 1;
  const backend = { kind: 'webgpu', context, precision: 'f32' } as const;
  const step = await createPriorStep(backend, model, { batch: batch * (guided ? 2 : 1) });
  const network = new CachedNetwork(context.device, step, batch);
  const shape = { spans: spansOf(config.grids), batch, guided, raster: true };
  const sampler = await GpuSampler.create(context, network, shape);
  const machine = new GpuMachine(context, sampler, conditionsFor(batch), distribution, 0, true);
  return { machine, sampler, dispose: () => sampler.dispose() };
}

async function runHost(model: PriorModel, program: DiscreteProgram, distribution = PLAIN): Promise<MachineState[]> {
  const { config } = model.manifest;
  const { batch } = program;
  const runtime = await createPrior({ kind: 'webgpu', context, precision: 'f32' }, model, {
    batch: batch * (distribution.guidanceScale === 1 ? 1 : 2),
  });
  const denoiser = new PriorDenoiser(runtime, config, conditionsFor(batch), batch, codeCount(config));
  const states = await runAll(new HostMachine(denoiser, distribution, 0, true), program);
  runtime.dispose();
  return states;
}

function expectSame(gpu: readonly MachineState[], host: readonly MachineState[]): void {
  expect(gpu).toHaveLength(host.length);
  gpu.forEach((state, i) => {
    expect([...state.codes], `codes of kept state ${i}`).toEqual([...host[i]!.codes]);
    expect([...state.best], `most likely codes of kept state ${i}`).toEqual([...host[i]!.best]);
    for (const [name, most] of [
      ['confidence', 1e-4],
      ['entropy', 1e-3],
    ] as const)
      state[name].forEach((value, at) => expect(Math.abs(value - host[i]![name][at]!)).toBeLessThan(most));
  });
}

describe.each([
  ['one grid', oneGrid],
  ['two grids', twoGrids],
] as const)('%s', (_, model) => {
  it.each([
    [1, PLAIN],
    [3, PLAIN],
    [3, GUIDED],
  ] as const)('%i sample(s), %o: every state is that of the whole network', async (batch, distribution) => {
    const program = programOf(model, batch, { distribution });
    const { machine, dispose } = await openGpu(model, batch, distribution);
    const gpu = await runAll(machine, program);
    const host = await runHost(model, program, distribution);
    const length = codeCount(model.manifest.config);
    expect(gpu).toHaveLength(Math.ceil(length / program.keepEvery));
    expectSame(gpu, host);
    dispose();
  });
});

describe('a run of a cached network', () => {
  it('leaves known codes as they are, and the others see them', async () => {
    const known = { codes: Int32Array.from({ length: 3 * 80 }, (_, at) => (at % 3 ? -1 : at % 32)), noised: false };
    const program = programOf(twoGrids, 3, { known, distribution: GUIDED });
    const { machine, dispose } = await openGpu(twoGrids, 3, GUIDED);
    const gpu = await runAll(machine, program);
    expectSame(gpu, await runHost(twoGrids, program, GUIDED));
    const free = await runAll(machine, programOf(twoGrids, 3, { distribution: GUIDED }));
    const [last, other] = [gpu.at(-1)!.codes, free.at(-1)!.codes];
    expect([...last.filter((_, at) => at % 3 === 0)]).toEqual([...known.codes.filter((code) => code >= 0)]);
    expect(last.filter((code, at) => at % 3 && code !== other[at]).length).toBeGreaterThan(0);
    dispose();
  });

  it('goes on from the middle: a fork, and a run that lost its device', async () => {
    const program = programOf(twoGrids, 3);
    const first = await openGpu(twoGrids, 3);
    const whole = await runAll(first.machine, program);
    first.dispose();
    for (const done of [1, 15, 16, 17, 53]) {
      // A new device has an empty cache.
      const { machine, dispose } = await openGpu(twoGrids, 3);
      const index = Math.floor(done / program.keepEvery) - 1;
      const state = whole[index] ?? emptyState(program.start);
      const reached = index < 0 ? 0 : (index + 1) * program.keepEvery;
      const rest = await runAll(machine, program, { done: reached, state });
      expectSame(rest, whole.slice(index + 1));
      // A fork forgets what is to come.
      const codes = state.codes.map((code, at) => (at % 80 < reached ? code : at % 7));
      const fork = programOf(twoGrids, 3, { start: { codes, time: 80 - reached, number: reached + 1 } });
      expect(fork.steps).toHaveLength(80 - reached);
      const forked = await runAll(machine, fork);
      expect([...forked.at(-1)!.codes], `a fork at ${reached}`).toEqual([...whole.at(-1)!.codes]);
      dispose();
    }
  });

  it('sees what a fork changed before its place', async () => {
    const { machine, dispose } = await openGpu(oneGrid, 1);
    const whole = (await runAll(machine, programOf(oneGrid, 1))).at(-1)!.codes;
    const codes = whole.map((code, at) => (at === 9 ? (code + 1) % 64 : code));
    const program = programOf(oneGrid, 1, { start: { codes, time: 30, number: 35 } });
    const gpu = await runAll(machine, program);
    expectSame(gpu, await runHost(oneGrid, program));
    expect([...gpu.at(-1)!.codes.subarray(34)]).not.toEqual([...whole.subarray(34)]);
    dispose();
  });

  it('a batch of three is three single runs', async () => {
    const [all, one] = [await openGpu(oneGrid, 3, GUIDED), await openGpu(oneGrid, 1, GUIDED)];
    const together = (await runAll(all.machine, programOf(oneGrid, 3, { distribution: GUIDED }))).at(-1)!.codes;
    const conditions = conditionsFor(3);
    for (let sample = 0; sample < 3; sample++) {
      const own = conditions.slice(5 * sample, 5 * sample + 5);
      const machine = new GpuMachine(context, one.sampler, own, GUIDED, 0, true);
      const alone = await runAll(machine, programOf(oneGrid, 1, { seed: 5 + sample, distribution: GUIDED }));
      expect([...alone.at(-1)!.codes]).toEqual([...together.subarray(64 * sample, 64 * sample + 64)]);
    }
    all.dispose();
    one.dispose();
  });

  it('takes at most 5 L + 8 dispatches a step, and makes nothing after the first run', async () => {
    const known = { codes: Int32Array.from({ length: 3 * 64 }, (_, at) => (at % 3 ? -1 : 1)), noised: false };
    const program = programOf(oneGrid, 3, { known, distribution: GUIDED });
    const { machine, dispose } = await openGpu(oneGrid, 3, GUIDED);
    const first = await runAll(machine, program);
    const before = { ...counts };
    machine.begin(program, 0, emptyState(program.start));
    const { writeBuffer } = counts;
    const { signal } = new AbortController();
    for (let done = 0; done < program.steps.length;) done = await machine.advance(signal);
    expect(counts).toMatchObject({ writeBuffer, mapAsync: before.mapAsync });
    const again = [...(await machine.trace()).values()];
    const { createBuffer, createBindGroup, createComputePipelineAsync } = before;
    expect(counts).toMatchObject({ createBuffer, createBindGroup, createComputePipelineAsync });
    expect(again.at(-1)?.codes).toEqual(first.at(-1)?.codes);
    const { depth } = oneGrid.manifest.config;
    const taken = (counts.dispatchWorkgroups - before.dispatchWorkgroups) / program.steps.length;
    process.stdout.write(`an autoregressive step: ${taken.toFixed(2)} dispatches for ${depth} blocks\n`);
    expect(taken).toBeGreaterThan(5 * depth);
    expect(taken).toBeLessThanOrEqual(5 * depth + 8);
    dispose();
  });

  it('refuses a step whose past it has not seen', async () => {
    const { machine, sampler, dispose } = await openGpu(oneGrid, 1);
    const program = programOf(oneGrid, 1);
    machine.begin(program, 0, emptyState(program.start));
    const encoder = context.device.createCommandEncoder();
    expect(() => sampler.record(encoder, program, 0)).toThrow(/place 0, the cache has come to -1: catch up first/);
    expect(sampler.catchUp(encoder, 2, 2)).toBe(2);
    expect(sampler.catchUp(encoder, 2, 2)).toBe(1);
    expect(sampler.catchUp(encoder, 2, 2)).toBe(0);
    expect(() => sampler.record(encoder, program, 64)).toThrow(/There is no step 64/);
    dispose();
  });
});
