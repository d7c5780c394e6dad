/**
 * Where the networks of the world of tiles learn: one for each noise process, kept as plain numbers between two calls. tfjs holds tensors only
 * while a call runs, so an abort, another backend or a lost device costs at most the steps since the last score.
 */
import type { DiscreteProcess, Schedule } from '../../diffusion/schedule';
import { scheduleOf } from '../../diffusion/schedule';
import { initialWeights, parameterCount } from '../../tfjs/tiles/network';
import { openTfjsBeside } from '../../tfjs/device';
import { openTrainer, type HostWeights, type TileTrainer, type TrainerState } from '../../tfjs/tiles/open';
import type { TfjsBackend } from '../../tfjs/types';
import type { Backend } from '../backend';
import { breathe } from '../calls';
import type { RunControl } from '../runs';
import type { SampleProgress } from '../sampling/sample';
import type { planProgram } from '../sampling/program';
import type { ExactOptions, ExactResult, SampleFrame } from '../sampling/types';
import { batchAt, createTileWorld, exactLoss, normalsAt, type TileWorld } from './data';
import { drawSamples, runLearnt } from './runLearnt';
import { BATCH, networkConfig } from './preset';
import { scoreSamples } from './score';
import { fetchShipped, processKey, processWords } from './shipped';
import type { LearntTiles, TilesPoint, TilesReport, TilesScore, TrainTilesOptions } from './types';

/** Drawn for a score. */
const SCORE_SAMPLES = 64;
/** Of the score's samples: the same noise every time, so that one sees the same tiles get better. */
const SCORE_SEED = 7;
/** Scores take at most this share of the time. */
const SCORE_SHARE = 0.25;
const SCORE_PAUSE_MS = 1000;
/** Points without a score come no more often than this. */
const POINT_MS = 1000;
/** Steps between two looks at the message queue: a pause waits for no more. */
const STRETCH_MS = 60;

interface Pupil {
  readonly about: Omit<LearntTiles, 'steps' | 'curve' | 'codes' | 'backend'>;
  /** As it was last copied out of tfjs, and the steps taken by now. */
  state: TrainerState;
  steps: number;
  trainedMs: number;
  backend: string;
  curve: TilesPoint[];
  codes: Int32Array<ArrayBuffer>;
}

export class TileSchool {
  private readonly pupils = new Map<string, Pupil>();
  private desk: { readonly backend: Backend; readonly tfjs: TfjsBackend } | null = null;

  /** @param weightsUrl folder of the shipped weights, or null */
  constructor(
    private readonly weightsUrl: string | null,
    private readonly world: TileWorld = createTileWorld(),
  ) {}

  /** What has been learnt so far. */
  list(): LearntTiles[] {
    return [...this.pupils.values()].map(summaryOf);
  }

  /**
   * Learns for `steps` steps. What it has learnt is kept when it is aborted too.
   * @throws Error where there is nothing to go on with, or no shipped weights for the process; the signal's reason when aborted
   */
  async train(
    backend: Backend,
    options: TrainTilesOptions,
    control: RunControl,
    onReport?: (report: TilesReport) => void,
  ): Promise<LearntTiles> {
    const { process, steps } = options;
    if (!(Number.isInteger(steps) && steps >= 0))
      throw new Error(`A whole number of steps is needed, 0 or more; found ${steps}.`);
    const tfjs = await this.open(backend);
    const pupil = await this.enrol(options, control.signal);
    const schedule = scheduleOf(process, this.world.set.codebookSize);
    pupil.backend = whereOf(tfjs, backend);
    const trainer = await openTrainer(tfjs, networkConfig(this.world.set, process.numTimesteps), pupil.state);
    const lesson = new Lesson(this.world, pupil, trainer, schedule, options, onReport);
    try {
      this.pupils.set(processKey(process), pupil);
      await lesson.run(control);
    } finally {
      try {
        pupil.state = await trainer.state();
      } finally {
        trainer.dispose();
      }
    }
    return summaryOf(pupil);
  }

  /** The samplers of the exact world over what was learnt. @throws Error where nothing was learnt for the process */
  async sample(
    backend: Backend,
    options: ExactOptions,
    take: (program: ReturnType<typeof planProgram>) => SampleProgress,
    control: RunControl,
    onFrame?: (frame: SampleFrame) => void,
  ): Promise<ExactResult> {
    const { process } = options;
    if (process.kind === 'autoregressive')
      throw new Error('The learnt network undoes noise and knows no raster order: ask the exact one for that.');
    const pupil = this.pupils.get(processKey(process));
    if (!pupil) throw new Error(this.nothingLearnt(process));
    const tfjs = await this.open(backend);
    const trainer = await openTrainer(tfjs, networkConfig(this.world.set, process.numTimesteps), pupil.state);
    try {
      return await runLearnt(trainer, this.world.set, { ...options, process }, take, control, onFrame);
    } finally {
      trainer.dispose();
    }
  }

  /** The weights that were learnt, for a file. @throws Error where nothing was learnt for the process */
  weightsOf(process: DiscreteProcess): HostWeights {
    const pupil = this.pupils.get(processKey(process));
    if (!pupil) throw new Error(this.nothingLearnt(process));
    return pupil.state.averages;
  }

  private nothingLearnt(process: DiscreteProcess): string {
    const learnt = [...this.pupils.values()].map(({ about }) => processWords(about.process));
    const found = learnt.length > 0 ? `only ${learnt.join(', ')}` : 'nothing';
    return `So far ${found} is learnt, ${processWords(process)} is asked for: learn it first, or take the exact denoiser.`;
  }

  /** tfjs for this backend of the engine, opened once. */
  private async open(backend: Backend): Promise<TfjsBackend> {
    if (this.desk?.backend === backend) return this.desk.tfjs;
    const tfjs = backend.kind === 'webgpu' ? await openTfjsBeside(backend.context) : backend.tfjs;
    this.desk = { backend, tfjs };
    return tfjs;
  }

  private async enrol({ process, from, seed }: TrainTilesOptions, signal: AbortSignal): Promise<Pupil> {
    const known = this.pupils.get(processKey(process));
    if (from === 'kept') {
      if (!known) throw new Error(this.nothingLearnt(process));
      // After a lost device the curve may be ahead of the weights.
      known.steps = known.state.steps;
      known.curve = known.curve.filter(({ step }) => step <= known.steps);
      return known;
    }
    const { set, shown } = this.world;
    const config = networkConfig(set, process.numTimesteps);
    const shipped = from === 'shipped' ? await fetchShipped(this.weightsUrl, process, signal) : null;
    const weights = shipped?.weights ?? initialWeights(config, (tensor, count) => normalsAt(seed, tensor, count));
    return {
      about: {
        ...{ process, seed: shipped?.entry.seed ?? seed, origin: from, parameters: parameterCount(config) },
        ...{ shown: shown.count, heldOut: set.count - shown.count },
        leastLoss: known?.about.leastLoss ?? (await exactLoss(shown, scheduleOf(process, set.codebookSize))),
      },
      state: { steps: shipped?.entry.steps ?? 0, weights, averages: weights, moments: null },
      steps: shipped?.entry.steps ?? 0,
      trainedMs: shipped?.entry.trainedMs ?? 0,
      ...{ backend: '', curve: [], codes: new Int32Array() },
    };
  }
}

/** Where tfjs runs, in words. */
const whereOf = ({ name }: TfjsBackend, backend: Backend): string =>
  name === 'webgpu' ? `tfjs on ${backend.capabilities.adapter}` : `tfjs on the CPU (${name})`;

const standingOf = ({ about, steps, codes, backend }: Pupil): Omit<LearntTiles, 'curve'> => ({
  ...{ ...about, steps, backend, codes },
});

const summaryOf = (pupil: Pupil): LearntTiles => ({ ...standingOf(pupil), curve: [...pupil.curve] });

/** A long curve loses every second of its points: more than this nobody sees. */
const MAX_POINTS = 600;

const thinned = (curve: TilesPoint[]): TilesPoint[] =>
  curve.length <= MAX_POINTS ? curve : curve.filter(({ score }, i) => score !== null || i % 2 === 0).slice(-MAX_POINTS);

/** One call's learning: stretches of steps, and a score from time to time. */
class Lesson {
  private losses: { sum: number; steps: number; ms: number } = { sum: 0, steps: 0, ms: 0 };

  constructor(
    private readonly world: TileWorld,
    private readonly pupil: Pupil,
    private readonly trainer: TileTrainer,
    private readonly schedule: Schedule,
    private readonly options: TrainTilesOptions,
    private readonly onReport: ((report: TilesReport) => void) | undefined,
  ) {}

  async run({ signal, report }: RunControl): Promise<void> {
    const last = this.pupil.steps + this.options.steps;
    // Adam's answer to one batch is quick or slow: as many at once as a stretch has time for.
    let stretch = 1;
    let scoredAt = -Infinity;
    let scoreMs = 0;
    for (;;) {
      const now = performance.now();
      const isDue = now - scoredAt >= Math.max(SCORE_PAUSE_MS, scoreMs * (1 / SCORE_SHARE - 1));
      if (isDue || this.pupil.steps >= last) {
        const started = performance.now();
        this.tell(await this.score(signal));
        // What a lost device does not take away.
        this.pupil.state = await this.trainer.state();
        scoredAt = performance.now();
        scoreMs = scoredAt - started;
        if (this.pupil.steps >= last) return;
      } else if (this.losses.ms >= POINT_MS) this.tell(null);
      const count = Math.min(stretch, last - this.pupil.steps);
      const started = performance.now();
      await this.learn(count);
      const ms = performance.now() - started;
      stretch = Math.max(1, Math.min(2 * stretch, Math.floor((STRETCH_MS * count) / Math.max(1, ms))));
      report?.({ stage: 'prepare', fraction: null, message: `step ${this.pupil.steps}` });
      await breathe(signal);
    }
  }

  private async learn(count: number): Promise<void> {
    const { shown } = this.world;
    const { steps, about } = this.pupil;
    const started = performance.now();
    const batches = Array.from({ length: count }, (_, i) =>
      batchAt(shown, this.schedule, about.seed, steps + i, BATCH),
    );
    const loss = await this.trainer.train(batches);
    if (!Number.isFinite(loss))
      throw new Error(`The loss is ${loss} after ${steps} steps: learn from scratch, with another seed.`);
    const ms = performance.now() - started;
    this.pupil.steps += count;
    this.pupil.trainedMs += ms;
    const { losses } = this;
    this.losses = { sum: losses.sum + loss * count, steps: losses.steps + count, ms: losses.ms + ms };
  }

  private async score(signal: AbortSignal): Promise<TilesScore> {
    const { process, sampler } = this.options;
    const codes = await drawSamples(this.trainer, this.world.set, {
      ...{ process, sampler, seed: SCORE_SEED, batch: SCORE_SAMPLES, signal },
    });
    return scoreSamples(this.world, codes);
  }

  private tell(score: TilesScore | null): void {
    const { pupil, losses } = this;
    const isNew = losses.steps > 0;
    const { codes = null, ...figures } = score ?? {};
    const point: TilesPoint = {
      ...{ step: this.pupil.steps, trainedMs: pupil.trainedMs },
      loss: isNew ? losses.sum / losses.steps : null,
      examplesPerSecond: isNew ? (1000 * losses.steps * BATCH) / losses.ms : null,
      score: score && (figures as Omit<TilesScore, 'codes'>),
    };
    this.losses = { sum: 0, steps: 0, ms: 0 };
    pupil.curve = thinned([...pupil.curve, point]);
    if (codes) pupil.codes = codes;
    this.onReport?.({ learnt: standingOf(pupil), point });
  }
}
