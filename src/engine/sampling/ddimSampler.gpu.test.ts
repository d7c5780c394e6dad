/** DDIM on the GPU against the same run in TypeScript, and what it may make on the way. */
import { beforeAll, describe, expect, it } from 'vitest';
import { PLAIN } from '../../diffusion/distribution';
import { Draws, seedOf } from '../../diffusion/random';
import { readBuffer } from '../../gpu/buffers';
import type { GpuContext } from '../../gpu/device';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomNumbers } from '../../gpu/testing/random';
import { DDIM_STEP_BYTES, packDdimRun, packDdimStep, plan as planDdim } from '../../kernels/ddimStep';
import { ddimStepReference } from '../../kernels/ddimStep/reference';
import { openSamplerBench } from '../../kernels/samplerTesting';
import { codeCount } from '../../models/prior/config';
import { createPrior } from '../../models/prior/runtime';
import { fixturePrior } from '../../models/testing';
import { DdimSampler } from './ddimSampler';
import { GaussianMachine } from './gaussianMachine';
import { GpuMachine } from './gpuMachine';
import { PriorNetwork } from './gpuNetwork';
import { LatentSpace, mix } from './latentSpace';
import { emptyState } from './machine';
import type { GaussianProgram } from './program';
import { conditionsFor, countGpuCalls, programFor, runAll, type GpuCounts } from './testing/machines';
import type { DistributionOptions, SampleOptions } from './types';

let context: GpuContext;
let counts: GpuCounts;
beforeAll(async () => {
  context = await testDevice();
  counts = countGpuCalls();
});

const { model } = fixturePrior('tiny-prior-gaussian');
const { config } = model.manifest;
const N = codeCount(config);
const D = config.latentDim!;
const K = 64;
const next = randomNumbers(4);
const space = new LatentSpace(
  Float32Array.from({ length: K * D }, () => 2 * next()),
  config,
);
const GUIDED: DistributionOptions = { ...PLAIN, guidanceScale: 3 };

const programOf = (batch: number, more: Partial<SampleOptions> = {}) =>
  programFor<GaussianProgram>(model, { kind: 'ddim', numSteps: 12 }, { batch, ...more });

async function openGpu(batch: number, distribution = PLAIN, conditions = conditionsFor(batch)) {
  const guided = distribution.guidanceScale !== 1;
  const backend = { kind: 'webgpu', context, precision: 'f32' } as const;
  const runtime = await createPrior(backend, model, { batch: batch * (guided ? 2 : 1) });
  const network = new PriorNetwork(context.device, runtime, batch, config.width);
  const sampler = await DdimSampler.create(context, network, space, { batch, length: N, guided });
  const machine = new GpuMachine(context, sampler, conditions, distribution, 0, true);
  return { machine, sampler, dispose: () => sampler.dispose() };
}

async function runHost(program: GaussianProgram, distribution: DistributionOptions) {
  const batch = program.batch * (distribution.guidanceScale === 1 ? 1 : 2);
  const runtime = await createPrior({ kind: 'webgpu', context, precision: 'f32' }, model, { batch });
  const parts = { runtime, context: conditionsFor(program.batch), space, distribution };
  const machine = new GaussianMachine(parts, 0, true);
  const states = await runAll(machine, program);
  runtime.dispose();
  return { states, latents: machine.latents };
}

/** How much farther the code `mine` is from a latent than `its`, in squares of the codebook's units. */
function gap(latent: Float32Array, mine: number, its: number): number {
  const distance = (code: number) =>
    latent.reduce((sum, value, j) => {
      const point = value * (config.latentStd?.[j] ?? 1) + (config.latentMean?.[j] ?? 0);
      return sum + (point - space.codebook[code * D + j]!) ** 2;
    }, 0);
  return Math.abs(distance(mine) - distance(its));
}

const KNOWN = (batch: number) => ({
  codes: Int32Array.from({ length: batch * N }, (_, at) => (at % 3 ? -1 : at % K)),
  noised: true,
});
const START = (batch: number) => ({
  codes: Int32Array.from({ length: batch * N }, (_, at) => (at % 5 ? (at * 7) % K : K)),
  ...{ time: 400, number: 8 },
});

describe('a DDIM run on the GPU', () => {
  it.each<readonly [string, number, DistributionOptions, Partial<SampleOptions>]>([
    ['plain', 3, PLAIN, {}],
    ['one sample, guided', 1, GUIDED, {}],
    ['known places', 3, PLAIN, { known: KNOWN(3) }],
    ['known places, guided, from codes', 3, GUIDED, { known: KNOWN(3), start: START(3) }],
  ])('%s: latents and every state are those of the TypeScript run', async (name, batch, distribution, more) => {
    const program = programOf(batch, more);
    const { machine, sampler, dispose } = await openGpu(batch, distribution);
    const gpu = await runAll(machine, program);
    const host = await runHost(program, distribution);
    const found = new Float32Array(await readBuffer(context.device, sampler.latents));
    const length = batch * N * D;
    let [worst, apart] = [0, 0];
    host.latents.forEach((latents, part) => {
      expectClose(found.subarray(part * length, (part + 1) * length), latents, { atol: 1e-4 }, ['x', 'x0'][part]);
      latents.forEach((value, i) => (worst = Math.max(worst, Math.abs(value - found[part * length + i]!))));
    });
    expect(gpu).toHaveLength(program.steps.length);
    const last = host.states.length - 1;
    for (const [part, which] of (['codes', 'best'] as const).entries()) {
      gpu.forEach((state, i) =>
        state[which].forEach((code, at) => {
          const its = host.states[i]![which][at]!;
          if (code === its) return;
          apart++;
          if (i === last) expect(gap(host.latents[part]!.subarray(at * D, (at + 1) * D), code, its)).toBeLessThan(1e-3);
        }),
      );
    }
    const total = 2 * batch * N * gpu.length;
    process.stdout.write(
      `ddim, ${name}: latents within ${worst.toExponential(1)}, ${apart} of ${total} codes differ\n`,
    );
    expect(apart).toBeLessThanOrEqual(total / 1000);
    if (program.known) program.known.codes.forEach((code, at) => code >= 0 && expect(gpu.at(-1)!.codes[at]).toBe(code));
    dispose();
  });

  it('a batch of three is three single runs', async () => {
    const [all, conditions] = [await openGpu(3, GUIDED), conditionsFor(3)];
    const together = (await runAll(all.machine, programOf(3, { known: KNOWN(3) }))).at(-1)!;
    for (let sample = 0; sample < 3; sample++) {
      const one = await openGpu(1, GUIDED, conditions.slice(5 * sample, 5 * sample + 5));
      const known = { codes: KNOWN(3).codes.slice(sample * N, (sample + 1) * N), noised: true };
      const alone = (await runAll(one.machine, programOf(1, { seed: 5 + sample, known }))).at(-1)!;
      for (const part of ['codes', 'best'] as const)
        expect([...alone[part]]).toEqual([...together[part].subarray(sample * N, (sample + 1) * N)]);
      one.dispose();
    }
    all.dispose();
  });

  it('makes nothing after the first run, writes and reads nothing inside the loop, and begins anew after a loss', async () => {
    const program = programOf(3, { known: KNOWN(3) });
    const { machine, dispose } = await openGpu(3, GUIDED);
    const first = await runAll(machine, program);
    const before = { ...counts };
    // Where a lost device had come to does not matter.
    machine.begin(program, 5, emptyState(new Int32Array(3 * N)));
    const { writeBuffer } = counts;
    const { signal } = new AbortController();
    let done = await machine.advance(signal);
    expect(done).toBe(1);
    while (done < program.steps.length) done = await machine.advance(signal);
    expect(counts).toMatchObject({ writeBuffer, mapAsync: before.mapAsync });
    expect([...(await machine.trace()).values()]).toEqual(first);
    const { createBuffer, createBindGroup, createComputePipelineAsync } = before;
    expect(counts).toMatchObject({ createBuffer, createBindGroup, createComputePipelineAsync });
    const taken = (counts.dispatchWorkgroups - before.dispatchWorkgroups) / program.steps.length;
    process.stdout.write(`a DDIM step: ${taken} dispatches for ${config.depth} blocks\n`);
    expect(taken).toBeLessThanOrEqual(5 * config.depth + 8);
    dispose();
  });
});

it('known latents get the noise of random.ts; others step on, and where none is known a known code counts for nothing', async () => {
  const shape = { samples: 3, count: 41, dim: 7, xStride: 8, epsilonStride: 8, guided: false, codebookSize: 5 };
  const { samples, count, dim, xStride, codebookSize } = shape;
  const [seed, number] = [0xfffffffe, 6];
  const random = (length: number) => Float32Array.from({ length }, next);
  const roles = {
    known: Int32Array.from({ length: samples * count }, (_, row) => (row % 4 ? row % codebookSize : -1)),
    ...{ codebook: random(codebookSize * xStride), units: random(2 * xStride) },
    ...{ x: random(2 * samples * count * xStride), epsilon: random(samples * count * xStride) },
    points: new Float32Array(2 * samples * count * xStride),
  };
  for (const alphaBarTo of [0, 0.3, 1])
    for (const imposes of [true, false]) {
      const times = { alphaBarFrom: 0.2, alphaBarTo };
      const run = packDdimRun({ ...shape, guidanceScale: 1, seed, imposes });
      const bench = await openSamplerBench(context, [planDdim(shape, context.target)], run, DDIM_STEP_BYTES, roles);
      await bench.run(packDdimStep({ ...times, number }));
      const expected = ddimStepReference({ ...shape, guidanceScale: 1 }, times, roles.x, roles.epsilon);
      roles.known.forEach((code, row) => {
        if (code < 0 || !imposes) return;
        const noise = new Draws(seedOf(seed, Math.floor(row / count)), number, row % count).normals(dim);
        const noisy = Float32Array.from(noise);
        mix(noisy, roles.codebook.subarray(code * xStride, code * xStride + dim), alphaBarTo);
        expected.set(noisy, row * xStride);
      });
      expectClose(await bench.f32('x'), expected, { atol: 2e-5 }, `alphaBar ${alphaBarTo}`);
      const points = await bench.f32('points');
      const inUnits = expected.map((value, at) =>
        at % xStride < dim ? value * roles.units[at % xStride]! + roles.units[xStride + (at % xStride)]! : 0,
      );
      expectClose(points, inUnits, { atol: 5e-5 }, 'points');
      bench.destroy();
    }
});
