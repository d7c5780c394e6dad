/** The measured claims about samplers: with the exact denoiser, 256 samples, seed 7, how many samples are maps of the world. */
import { afterAll, describe, expect, it } from 'vitest';
import { PLAIN } from './distribution';
import { createWorld, ExactDenoiser, validity } from './exact';
import { ExactAutoregression, runRaster } from './exactRun';
import { Draws, seedOf, START_STEP } from './random';
import { noised, runStep, startCodes, type KnownCodes } from './run';
import { planSteps } from './samplers';
import { scheduleOf, type DiscreteKind } from './schedule';
import { processOf, stateOf } from './testing';

const [BATCH, SEED, N, K, T] = [256, 7, 64, 6, 100];
const TIMEOUT = 300_000;
const world = createWorld();
const span = { first: 0, count: N, codebookSize: K };

/** Bottom halves of maps from all over the world; the top halves are free. */
const bottomHalves = Int32Array.from({ length: BATCH * N }, (_, at) => {
  const [sample, place] = [Math.floor(at / N), at % N];
  return place < N / 2 ? -1 : world.maps[((sample * 9) % world.count) * N + place]!;
});

interface Hole {
  readonly known: KnownCodes;
  /** The denoiser is told that known codes are certain. */
  readonly isTold: boolean;
}

async function diffuse(kind: DiscreteKind, numSteps: number, hole: Hole | null = null): Promise<number> {
  const schedule = scheduleOf(processOf(kind, T), K);
  const state = stateOf(startCodes(SEED, BATCH, span, schedule));
  const known = hole && hole.known;
  known?.codes.forEach((code, at) => {
    if (code >= 0)
      state.codes[at] = noised(code, schedule, T, K, new Draws(seedOf(SEED, Math.floor(at / N)), START_STEP, at % N));
  });
  const denoiser = new ExactDenoiser(world, schedule, BATCH, hole?.isTold ? hole.known.codes : null);
  const options = { seed: SEED, span, schedule, distribution: PLAIN, known, order: new Int32Array(N) };
  for (const step of planSteps({ kind: 'posterior', numSteps }, { schedule, trained: schedule, masked: N }))
    await runStep(denoiser, step, state, options);
  return validity(world, state.codes);
}

async function inRasterOrder(known: KnownCodes | null): Promise<number> {
  const schedule = scheduleOf(processOf('absorbing', T), K);
  const state = stateOf(new Int32Array(BATCH * N).fill(K));
  const options = { seed: SEED, span, schedule, distribution: PLAIN, known };
  await runRaster(new ExactAutoregression(world, BATCH), state, options);
  return validity(world, state.codes);
}

interface Figure {
  readonly run: string;
  readonly measure: () => Promise<number>;
  readonly least?: number;
  readonly most?: number;
}

const noisedHole = { codes: bottomHalves, noised: true };
const FIGURES: readonly Figure[] = [
  { run: 'mask-replace, 100 steps', measure: () => diffuse('mask-replace', 100), least: 0.97 },
  { run: 'mask-replace, 10 steps', measure: () => diffuse('mask-replace', 10), least: 0.85 },
  { run: 'mask-replace, 5 steps', measure: () => diffuse('mask-replace', 5), least: 0.6 },
  { run: 'uniform, 100 steps', measure: () => diffuse('uniform', 100), least: 0.97 },
  { run: 'uniform, 10 steps', measure: () => diffuse('uniform', 10), least: 0.65 },
  { run: 'uniform, 5 steps', measure: () => diffuse('uniform', 5), least: 0.3 },
  // At least 0.4 below mask-replace in as many steps.
  { run: 'absorbing, 10 steps', measure: () => diffuse('absorbing', 10), most: 0.45 },
  { run: 'raster order, 64 steps', measure: () => inRasterOrder(null), least: 1 },
  {
    run: 'top half, mask-replace, 25 steps, told what is known',
    measure: () => diffuse('mask-replace', 25, { known: noisedHole, isTold: true }),
    least: 0.97,
  },
  // The noised codes alone do not tell which of two shapes is the given one: what is free may outvote what is known.
  {
    run: 'top half, mask-replace, 25 steps, sees noised codes only',
    measure: () => diffuse('mask-replace', 25, { known: noisedHole, isTold: false }),
    least: 0.5,
    most: 0.9,
  },
  {
    run: 'top half, raster order',
    measure: () => inRasterOrder({ codes: bottomHalves, noised: false }),
    most: 0.3,
  },
];

describe('validity with the exact denoiser', () => {
  const found: Record<string, { validity: string; wanted: string }> = {};
  afterAll(() => console.table(found));

  it.each(FIGURES)(
    '$run',
    async ({ run, measure, least = 0, most = 1 }) => {
      const share = await measure();
      found[run] = { validity: share.toFixed(3), wanted: `${least} .. ${most}` };
      expect(share).toBeGreaterThanOrEqual(least);
      expect(share).toBeLessThanOrEqual(most);
    },
    TIMEOUT,
  );
});
