/** The engine's exact world for unit tests: the real denoiser and plans of diffusion/, for few samples. Never imported by the app. */
import { haltonRanks } from '../../../diffusion/halton';
import { ExactDenoiser } from '../../../diffusion/exact';
import { ExactAutoregression, runRaster } from '../../../diffusion/exactRun';
import { Draws, seedOf, START_STEP } from '../../../diffusion/random';
import { noised, runStep, startCodes } from '../../../diffusion/run';
import { planSteps } from '../../../diffusion/samplers';
import { createSchedule, scheduleOf } from '../../../diffusion/schedule';
import { sameValue } from '../../../experiment/spec';
import type {
  ExactOptions,
  ExactResult,
  LearntTiles,
  SampleFrame,
  TilesPoint,
  TrainTilesOptions,
} from '../../../engine/types';
import { PLACES, world } from './ask';
import type { TilesEngine } from './session';

const K = world.codebookSize;
const span = { first: 0, count: PLACES, codebookSize: K };

export interface FakeTiles extends TilesEngine {
  /** What was asked for, in order. */
  readonly asked: ExactOptions[];
  /** Of these, what was asked of the network. */
  readonly askedLearnt: ExactOptions[];
  readonly lessons: TrainTilesOptions[];
  /** Called before every step of the next runs. */
  beforeStep: (step: number) => void;
}

/** @param samples made of the batch that is asked for: the first ones */
export function createFakeTiles(samples: number): FakeTiles {
  const asked: ExactOptions[] = [];
  const askedLearnt: ExactOptions[] = [];
  const lessons: TrainTilesOptions[] = [];
  let learnt: LearntTiles[] = [];
  const fake: FakeTiles = {
    ...{ asked, askedLearnt, lessons },
    beforeStep: () => undefined,
    async sampleExact(options, onFrame, call = {}) {
      asked.push(options);
      const { known } = options;
      const fewer = { ...options, batch: samples };
      if (known) fewer.known = { ...known, codes: known.codes.slice(0, samples * PLACES) };
      const between = async (step: number, steps: number) => {
        await Promise.resolve();
        fake.beforeStep(step);
        call.signal?.throwIfAborted();
        call.onProgress?.({ stage: 'sample', fraction: step / steps, message: `step ${step} of ${steps}` });
      };
      return options.process.kind === 'autoregressive'
        ? rasterRun(fewer, between)
        : diffusionRun({ ...fewer, process: options.process }, between, onFrame);
    },
    sampleLearnt(options, onFrame, call) {
      if (!learnt.some(({ process }) => sameValue(process, options.process)))
        return Promise.reject(new Error('Nothing is learnt: learn it first.'));
      askedLearnt.push(options);
      return fake.sampleExact(options, onFrame, call);
    },
    learntTiles: () => Promise.resolve(learnt),
    async trainTiles(options, onReport, call = {}) {
      lessons.push(options);
      const { process, from, seed } = options;
      const before = learnt.find((one) => sameValue(one.process, process));
      let network: LearntTiles =
        from === 'kept' && before
          ? before
          : {
              ...{
                process,
                seed,
                origin: from === 'shipped' ? 'shipped' : 'scratch',
                steps: from === 'shipped' ? 500 : 0,
              },
              ...{ parameters: 1000, shown: 922, heldOut: 230, leastLoss: 0.2, backend: 'nowhere', curve: [] },
              codes: Int32Array.from(world.maps.subarray(0, 64 * PLACES)),
            };
      for (let taken = 0; ; taken += LESSON_STEPS) {
        const steps = network.steps + (taken > 0 ? LESSON_STEPS : 0);
        const point = pointAt(steps);
        network = { ...network, steps, curve: [...network.curve, point] };
        learnt = [...learnt.filter((one) => !sameValue(one.process, process)), network];
        const { curve: _, ...standing } = network;
        onReport?.({ learnt: standing, point });
        if (taken >= options.steps) return network;
        fake.beforeStep(steps);
        await Promise.resolve();
        call.signal?.throwIfAborted();
      }
    },
  };
  return fake;
}

/** The fake learns so many steps between two reports. */
const LESSON_STEPS = 100;

/** It gets better as it should. */
const pointAt = (step: number): TilesPoint => {
  const valid = Math.min(64, Math.floor(step / 50));
  const score = { samples: 64, valid, neverShown: Math.floor(valid / 5), meanDistance: 40 / (1 + step / 50) };
  return { step, trainedMs: step, loss: step ? 0.2 + 2 / step : null, examplesPerSecond: step ? 900 : null, score };
};

type Between = (step: number, steps: number) => Promise<void>;
type DiffusionOptions = ExactOptions & {
  readonly process: Exclude<ExactOptions['process'], { kind: 'autoregressive' }>;
};

const emptyState = (codes: Int32Array<ArrayBuffer>) => ({
  codes,
  best: new Int32Array(codes.length),
  confidence: new Float32Array(codes.length),
  entropy: new Float32Array(codes.length),
});

async function diffusionRun(
  { process, schedule: spec, sampler, batch, seed, known, certain, distribution }: DiffusionOptions,
  between: Between,
  onFrame?: (frame: SampleFrame) => void,
): Promise<ExactResult> {
  const schedule = createSchedule(spec, process, K);
  const state = emptyState(startCodes(seed, batch, span, schedule));
  known?.codes.forEach((code, at) => {
    const draws = new Draws(seedOf(seed, Math.floor(at / PLACES)), START_STEP, at % PLACES);
    if (code >= 0) state.codes[at] = noised(code, schedule, schedule.numTimesteps, K, draws);
  });
  const denoiser = new ExactDenoiser(world, schedule, batch, certain && known ? known.codes : null);
  const steps = planSteps(sampler, { schedule, trained: scheduleOf(process, K), masked: PLACES });
  const options = { seed, span, schedule, distribution, known: known ?? null, order: haltonRanks(8, 8) };
  const frame = (step: number): SampleFrame => ({
    ...{ step, steps: steps.length, number: step, time: steps[step]?.from ?? 0 },
    ...{ networkTime: steps[step - 1]?.networkTime ?? null, ...structuredClone(state) },
  });
  const trace = [frame(0)];
  for (const [i, step] of steps.entries()) {
    await between(i, steps.length);
    await runStep(denoiser, step, state, options);
    trace.push(frame(i + 1));
    onFrame?.(frame(i + 1));
  }
  return { codes: state.codes, trace, timings: timingsOf(steps.length) };
}

async function rasterRun({ batch, seed, known, distribution }: ExactOptions, between: Between): Promise<ExactResult> {
  const schedule = scheduleOf({ kind: 'absorbing', numTimesteps: 1 }, K);
  const state = emptyState(new Int32Array(batch * PLACES).fill(K));
  await between(0, PLACES);
  await runRaster(new ExactAutoregression(world, batch), state, {
    ...{ seed, span, schedule, distribution, known: known ?? null },
  });
  return { codes: state.codes, trace: [], timings: timingsOf(PLACES) };
}

const timingsOf = (passes: number): ExactResult['timings'] => ({ sampleMs: passes, compileMs: 0, passes, warm: true });
