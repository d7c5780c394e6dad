/** The network that learns in the tab, on tfjs in Node: a small part of the world, so that a few seconds show something. */
import { createReadStream, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN } from '../../diffusion/distribution';
import { createWorld, type FiniteSet } from '../../diffusion/exact';
import { scheduleOf, type DiscreteProcess } from '../../diffusion/schedule';
import { tensorCount } from '../../tfjs/lower';
import { initialWeights, parameterCount, weightShapes } from '../../tfjs/tiles/network';
import { openTrainer } from '../../tfjs/tiles/open';
import { closeBackend, openBackend, type Backend } from '../backend';
import { SampleProgress } from '../sampling/sample';
import type { ExactOptions } from '../sampling/types';
import { batchAt, createTileWorld, exactLoss, normalsAt } from './data';
import { BATCH, networkConfig } from './preset';
import { TileSchool } from './school';
import { scoreSamples } from './score';
import { processKey } from './shipped';
import type { LearntTiles, TilesReport, TrainTilesOptions } from './types';

const PLACES = 64;
const K = 6;
const process: DiscreteProcess = { kind: 'mask-replace', numTimesteps: 100, gammaBarT: 0.9, betaBarT: 0.1 };
const schedule = scheduleOf(process, K);

/** The maps of one shape at one place, in all its colours: 8 of them. */
function smallSet(): FiniteSet {
  const set = createWorld();
  return { ...set, count: 8, maps: set.maps.slice(112, 112 + 8 * PLACES) };
}

const ask = (more: Partial<TrainTilesOptions> = {}): TrainTilesOptions => ({
  ...{ process, from: 'scratch', seed: 3, steps: 20, sampler: { kind: 'posterior', numSteps: 4 } },
  ...more,
});

const sampling = (more: Partial<ExactOptions> = {}): ExactOptions => ({
  ...{ process, sampler: { kind: 'posterior', numSteps: 5 }, schedule: { kind: 'model' }, distribution: PLAIN },
  ...{ batch: 8, seed: 1, ...more },
});

describe('what it learns from', () => {
  const world = createTileWorld();

  it('a fifth of the maps is held back, always the same ones', () => {
    expect(world.isHeldOut.filter(Boolean)).toHaveLength(230);
    expect(world.shown.count).toBe(922);
    expect(createTileWorld().isHeldOut).toEqual(world.isHeldOut);
    const held = world.isHeldOut.indexOf(true);
    const map = (set: FiniteSet, i: number) => set.maps.subarray(i * PLACES, (i + 1) * PLACES).join();
    const shown = new Set(Array.from({ length: world.shown.count }, (_, i) => map(world.shown, i)));
    expect(shown.has(map(world.set, held))).toBe(false);
    expect(shown.has(map(world.set, world.isHeldOut.indexOf(false)))).toBe(true);
  });

  it('a batch has its address, spreads its times, and is noised as the schedule says', () => {
    const batch = batchAt(world.shown, schedule, 5, 9, 200);
    expect(batchAt(world.shown, schedule, 5, 9, 200)).toEqual(batch);
    expect(batchAt(world.shown, schedule, 5, 10, 200)).not.toEqual(batch);
    expect([...batch.times]).toEqual(Array.from({ length: 200 }, (_, i) => 1 + Math.floor(i / 2)));
    let [masked, changed] = [0, 0];
    batch.xt.forEach((code, at) => (code === K ? masked++ : code !== batch.x0[at] && changed++));
    // Mean of gammaBar over t = 1 .. 100, and of K betaBar with another code than its own.
    expect(masked / batch.xt.length).toBeCloseTo(0.9 * 0.505, 1);
    expect(changed / batch.xt.length).toBeCloseTo(0.1 * 0.505 * (5 / 6), 1);
  });

  it('the exact denoiser of what is shown sets the limit', async () => {
    expect(await exactLoss(world.shown, schedule)).toBeCloseTo(0.21, 1);
  });

  it('samples are valid, new, or so many places off', () => {
    const held = world.isHeldOut.indexOf(true);
    const codes = new Int32Array(3 * PLACES);
    codes.set(world.set.maps.subarray(held * PLACES, (held + 1) * PLACES));
    const shown = world.isHeldOut.indexOf(false);
    codes.set(world.set.maps.subarray(shown * PLACES, (shown + 1) * PLACES), PLACES);
    codes.set(codes.subarray(0, PLACES), 2 * PLACES);
    codes[2 * PLACES + 63] = 5;
    expect(scoreSamples(world, codes)).toMatchObject({ samples: 3, valid: 2, neverShown: 1, meanDistance: 1 / 3 });
  });
});

// Seconds on a machine that does nothing else.
describe('a network that learns', { timeout: 240_000 }, () => {
  const never = new AbortController().signal;
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend('wasm', null);
  });
  afterAll(() => closeBackend(backend));

  const school = () => new TileSchool(null, createTileWorld(smallSet()));
  const lossesOf = ({ curve }: LearntTiles) => curve.flatMap(({ loss }) => (loss === null ? [] : [loss]));
  const sampleWith = (at: TileSchool, options: ExactOptions) =>
    at.sample(backend, options, (program) => new SampleProgress(program), { signal: never });

  it('gets better: the loss falls towards the exact one, and samples become valid', async () => {
    const reports: TilesReport[] = [];
    const at = school();
    const first = await at.train(backend, ask({ steps: 100 }), { signal: never }, (report) => reports.push(report));
    expect(first).toMatchObject({ steps: 100, origin: 'scratch', backend: 'tfjs on the CPU (wasm)' });
    expect(reports.map(({ point }) => point)).toEqual(first.curve);
    // A point of the curve is the mean over a second, which on a fast machine is all of the 100 steps: the end is looked at by itself.
    const learnt = await at.train(backend, ask({ steps: 20, from: 'kept' }), { signal: never });
    const [before, after] = [learnt.curve[0]!, learnt.curve.at(-1)!];
    expect(before).toMatchObject({ step: 0, loss: null, score: { valid: 0 } });
    expect(after.loss).toBeLessThan(0.5);
    expect(after.loss).toBeGreaterThan(0.9 * learnt.leastLoss);
    expect(after.score!.valid).toBeGreaterThan(0);
    expect(after.score!.meanDistance).toBeLessThan(before.score!.meanDistance / 4);
    expect(learnt.codes).toHaveLength(64 * PLACES);
    expect(learnt.parameters).toBe(parameterCount(networkConfig(smallSet(), 100)));
    expect(at.list()).toEqual([learnt]);
    // The same samplers, codes that are given included.
    const codes = new Int32Array(8 * PLACES).fill(-1);
    for (let sample = 0; sample < 8; sample++) codes.fill(1, sample * PLACES + 32, (sample + 1) * PLACES);
    const filled = await sampleWith(at, sampling({ known: { codes, noised: true } }));
    expect(filled.codes.every((code, i) => code < K && (codes[i]! < 0 || code === codes[i]))).toBe(true);
    const revealed = await sampleWith(at, sampling({ sampler: { kind: 'halton', numSteps: 4 } }));
    expect(revealed.trace).toHaveLength(5);
    expect(revealed.codes.every((code) => code < K)).toBe(true);
  });

  it('the same seed learns the same, and a pause changes nothing', async () => {
    const take = async (...parts: Partial<TrainTilesOptions>[]) => {
      const at = school();
      let learnt: LearntTiles | null = null;
      for (const part of parts) learnt = await at.train(backend, ask(part), { signal: never });
      const { weights } = { weights: at.weightsOf(process) };
      return { learnt: learnt!, out: [...weights.get('out.weight')!.data.subarray(0, 200)] };
    };
    const whole = await take({ steps: 8 });
    expect(await take({ steps: 8 })).toMatchObject({ out: whole.out });
    const paused = await take({ steps: 5 }, { steps: 3, from: 'kept', seed: 99 });
    expect(paused.learnt.steps).toBe(8);
    paused.out.forEach((value, i) => expect(value).toBeCloseTo(whole.out[i]!, 5));
    const other = await take({ steps: 8, seed: 4 });
    expect(lossesOf(other.learnt)).not.toEqual(lossesOf(whole.learnt));
  });

  it('stopped, it keeps what it learnt and leaves no tensor behind', async () => {
    const at = school();
    await at.train(backend, ask({ steps: 1 }), { signal: never });
    const before = tensorCount();
    const stop = new AbortController();
    const control = {
      signal: stop.signal,
      report: ({ message }: { message: string }) => message !== 'step 1' && stop.abort(),
    };
    await expect(at.train(backend, ask({ steps: 500 }), control)).rejects.toThrow(/abort/i);
    const [learnt] = at.list();
    expect(learnt!.steps).toBeGreaterThan(0);
    expect(learnt!.steps).toBeLessThan(500);
    expect(tensorCount()).toBe(before);
    await sampleWith(at, sampling());
    expect(tensorCount()).toBe(before);
    const later = await at.train(backend, ask({ steps: 2, from: 'kept' }), { signal: never });
    expect(later.steps).toBe(learnt!.steps + 2);
    expect(tensorCount()).toBe(before);
  });

  it('says what is missing, and what to do', async () => {
    const at = school();
    const train = (more: Partial<TrainTilesOptions>) => at.train(backend, ask(more), { signal: never });
    await expect(train({ from: 'kept' })).rejects.toThrow(/nothing is learnt.*learn it first/i);
    await expect(sampleWith(at, sampling())).rejects.toThrow(/learn it first, or take the exact denoiser/);
    await expect(train({ from: 'shipped' })).rejects.toThrow(/learn from scratch/);
    await expect(train({ steps: -1 })).rejects.toThrow(/whole number of steps/);
    await train({ steps: 1 });
    await expect(sampleWith(at, sampling({ process: { kind: 'absorbing', numTimesteps: 100 } }))).rejects.toThrow(
      /only mask-replace with 0.10 replaced is learnt, absorbing is asked for/,
    );
    const raster = sampling({ process: { kind: 'autoregressive' }, sampler: { kind: 'autoregressive' } });
    await expect(sampleWith(at, raster)).rejects.toThrow(/no raster order/);
  });

  it('the shipped weights are what their index says, and draw as well as it says', async () => {
    const server = createServer((request, response) => createReadStream(`public/tiles${request.url}`).pipe(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const at = new TileSchool(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const index = JSON.parse(readFileSync('public/tiles/index.json', 'utf8')) as {
        weights: { steps: number; metrics: Record<string, number> }[];
      };
      const { steps, metrics } = index.weights[0]!;
      const sampler = { kind: 'posterior', numSteps: 10 } as const;
      const learnt = await at.train(backend, ask({ from: 'shipped', steps: 0, sampler }), { signal: never });
      expect(learnt).toMatchObject({ steps, origin: 'shipped', shown: 922, heldOut: 230 });
      const { valid, samples, meanDistance } = learnt.curve[0]!.score!;
      expect(meanDistance).toBeLessThan(1.5 * metrics['meanDistanceAt10']! + 0.1);
      // Of 64 samples instead of 256: three standard deviations.
      const share = metrics['validAt10']!;
      expect(valid / samples).toBeGreaterThan(share - 3 * Math.sqrt((share * (1 - share)) / samples) - 0.01);
      const uniform: DiscreteProcess = { kind: 'uniform', numTimesteps: 100, cosineOffset: 0.008 };
      await expect(at.train(backend, ask({ from: 'shipped', process: uniform }), { signal: never })).rejects.toThrow(
        /shipped weights for mask-replace with 0.10 replaced; the settings say uniform/,
      );
    } finally {
      server.close();
    }
  });

  it('weights of another network are listed, not used', async () => {
    const config = networkConfig(smallSet(), 100);
    const weights = new Map(initialWeights(config, (tensor, count) => normalsAt(1, tensor, count)));
    weights.delete('out.bias');
    weights.set('in.bias', { shape: [3], data: new Float32Array(3) });
    if (backend.kind === 'webgpu') throw new Error('not here');
    await expect(
      openTrainer(backend.tfjs, config, { steps: 0, weights, averages: weights, moments: null }),
    ).rejects.toThrow(/in\.bias \[64\] is \[3\]; out\.bias \[384\] is missing.*Learn from scratch/);
  });

  it('a network has the tensors that it says, and processes have one key', () => {
    const config = networkConfig(createWorld(), 100);
    expect(weightShapes(config).get('out.weight')).toEqual([config.width, PLACES * K]);
    expect(config.hidden % config.group).toBe(0);
    expect(BATCH % 2).toBe(0);
    expect(processKey({ betaBarT: 0.1, gammaBarT: 0.9, numTimesteps: 100, kind: 'mask-replace' })).toBe(
      processKey(process),
    );
  });
});
