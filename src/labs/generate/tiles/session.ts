/** The runs over the world of tiles, one at a time. What is done stays when a run is stopped or fails. */
import type {
  EngineClient,
  ExactOptions,
  ExactResult,
  LearnFrom,
  LearntTiles,
  SampleFrame,
} from '../../../engine/types';
import { sameValue } from '../../../experiment/spec';
import { isAbort, messageOf, unlessAborted } from '../../abort';
import {
  comparisonCells,
  comparisonOptions,
  comparisonSettings,
  exactOptions,
  FILLERS,
  holeOptions,
  LEARN_STEPS,
  learntFor,
  lowerHalf,
  PLACES,
  SHOWN,
  titleOf,
  trainOptions,
  world,
  type DenoiserName,
  type FillerName,
  type ComparisonSettings,
  type TileSettings,
} from './ask';
import { scoreOf } from './judge';
import { cellsLeft, type Comparison, type HoleRun, type JobKind, type TileFrame, type TilesStore } from './store';

export interface TilesSession {
  change(patch: Partial<TileSettings>): void;
  /** The settings from noise. Nothing begins while something runs. */
  generate(): Promise<void>;
  /** Every process with every number of steps; goes on with what is left where seed and replace share are the same. */
  compare(): Promise<void>;
  /** Fills the upper half of the map, by diffusion and in raster order. */
  fill(): Promise<void>;
  /** A network learns the noise of the settings, until it is stopped; what it has learnt stays in the engine. */
  learn(from: LearnFrom): Promise<void>;
  /** Asks the engine what this tab has learnt before. */
  recall(): Promise<void>;
  stop(): void;
  /** Stops what runs; the session can be used again. */
  dispose(): void;
}

/** What was asked for, of a job with several runs: which of them, and of how many. */
interface Part {
  readonly name: string;
  readonly at: number;
  readonly count: number;
}

const FILLER_WORDS: Readonly<Record<FillerName, string>> = {
  ...{ diffusion: 'Mask and replace', raster: 'Raster order' },
};

const frameOf = ({ step, steps, time, codes }: SampleFrame): TileFrame => ({
  ...{ step, steps, time, codes: codes.slice(0, SHOWN * PLACES) },
});

/** What it needs of the engine. */
export type TilesEngine = Pick<EngineClient, 'sampleExact' | 'sampleLearnt' | 'trainTiles' | 'learntTiles'>;

export function createTilesSession(store: TilesStore, engine: TilesEngine): TilesSession {
  const set = store.setState;
  let running: AbortController | null = null;

  async function job(kind: JobKind, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (running) return;
    const mine = (running = new AbortController());
    set({ job: { kind, message: 'Starting', fraction: null }, failure: null });
    try {
      await work(mine.signal);
    } catch (error) {
      if (!isAbort(error)) set({ failure: { kind, message: messageOf(error) } });
    } finally {
      if (running === mine) {
        running = null;
        set({ job: null });
      }
    }
  }

  /** One run of the engine, as the `part.at`-th of its job. */
  function ask(
    kind: JobKind,
    denoiser: DenoiserName,
    options: ExactOptions,
    { name, at, count }: Part,
    signal: AbortSignal,
    onFrame?: (frame: SampleFrame) => void,
  ): Promise<ExactResult> {
    const tell = (done: number | null, message: string) =>
      !signal.aborted &&
      set({ job: { kind, message: `${name}: ${message}`, fraction: done === null ? null : (at + done) / count } });
    tell(at > 0 ? 0 : null, 'starting');
    const call = {
      signal,
      onProgress: ({ fraction, message }: { fraction: number | null; message: string }) => tell(fraction, message),
    };
    const run = denoiser === 'learnt' ? engine.sampleLearnt : engine.sampleExact;
    return unlessAborted(signal, run(options, onFrame, call));
  }

  /** Frames come by another way than the result, and may come after it. */
  function takeFrame(frame: SampleFrame): void {
    set(({ run }) => (run && !run.score ? { run: { ...run, frames: [...run.frames, frameOf(frame)] } } : {}));
  }

  /** A network as it stands now, in place of the one of the same noise. */
  function keep(network: LearntTiles): void {
    set(({ learnt }) => ({
      learnt: [...learnt.filter(({ process }) => !sameValue(process, network.process)), network],
    }));
  }

  async function recall(): Promise<void> {
    const learnt = await engine.learntTiles().catch(() => null);
    // What has begun meanwhile knows better.
    if (learnt && learnt.length > 0 && !running) set({ learnt });
  }

  return {
    change: (patch) => set(({ settings }) => ({ settings: { ...settings, ...patch } })),
    generate: () =>
      job('samples', async (signal) => {
        const { settings, learnt } = store.getState();
        const { denoiser } = settings;
        const learntSteps = denoiser === 'learnt' ? (learntFor(learnt, settings)?.steps ?? 0) : null;
        set({ run: { settings, learntSteps, frames: [], score: null, timings: null }, at: null, playing: 0 });
        const part = { name: titleOf(settings.process), at: 0, count: 1 };
        const onFrame = (frame: SampleFrame) => !signal.aborted && takeFrame(frame);
        const { codes, trace, timings } = await ask('samples', denoiser, exactOptions(settings), part, signal, onFrame);
        set({ run: { settings, learntSteps, frames: trace.map(frameOf), score: scoreOf(world, codes), timings } });
      }),
    compare: () =>
      job('comparison', async (signal) => {
        const { settings: all, learnt, comparison } = store.getState();
        const settings = comparisonSettings(all, learnt);
        const cells = comparisonCells(settings, learnt);
        if (cells.length === 0)
          throw new Error(
            'Nothing is learnt yet, so there is nothing to compare: learn it below, or take the exact denoiser.',
          );
        let made: Comparison = isUnfinished(comparison, settings) ? comparison : { settings, cells, points: [] };
        set({ comparison: made });
        for (const cell of cellsLeft(made)) {
          const part = {
            name: `${titleOf(cell.process)}, ${cell.numSteps} steps`,
            ...{ at: made.points.length, count: made.cells.length },
          };
          const { codes, timings } = await ask(
            'comparison',
            settings.denoiser,
            comparisonOptions(cell, settings),
            part,
            signal,
          );
          made = { ...made, points: [...made.points, { ...cell, score: scoreOf(world, codes), timings }] };
          set({ comparison: made });
        }
      }),
    fill: () =>
      job('hole', async (signal) => {
        const { holeMap: map, settings } = store.getState();
        const { seed, denoiser } = settings;
        const known = lowerHalf(map);
        let hole: HoleRun = { map, seed, denoiser, answers: {} };
        set({ hole });
        for (const [at, filler] of FILLERS.entries()) {
          const part = { name: FILLER_WORDS[filler], at, count: FILLERS.length };
          // A network that undoes noise knows no raster order.
          const asked = filler === 'raster' ? 'exact' : denoiser;
          const { codes, timings } = await ask('hole', asked, holeOptions(filler, map, seed), part, signal);
          const answer = { codes: codes.slice(0, SHOWN * PLACES), score: scoreOf(world, codes, known), timings };
          hole = { ...hole, answers: { ...hole.answers, [filler]: answer } };
          set({ hole });
        }
      }),
    learn: (from) =>
      job('learning', async (signal) => {
        const { settings, learnt } = store.getState();
        const options = trainOptions(settings, from);
        const first = from === 'kept' ? learntFor(learnt, settings) : null;
        let curve = first?.curve ?? [];
        let codes = first?.codes ?? new Int32Array();
        const name = titleOf(settings.process);
        const call = { signal };
        const done = engine.trainTiles(
          options,
          (report) => {
            if (signal.aborted) return;
            curve = [...curve, report.point];
            // Every report brings a copy; the tiles are drawn anew where there are new ones.
            if (report.point.score) codes = report.learnt.codes;
            keep({ ...report.learnt, curve, codes });
            const { steps } = report.learnt;
            const fraction = options.steps > 0 ? (steps - (first?.steps ?? 0)) / LEARN_STEPS : null;
            set({ job: { kind: 'learning', message: `${name}: step ${steps.toLocaleString('en')}`, fraction } });
          },
          call,
        );
        // Stopped, it took a few more steps than the last report says.
        void done.catch(() => undefined).then(recall);
        keep(await unlessAborted(signal, done));
      }),
    recall,
    stop: () => running?.abort(),
    dispose() {
      running?.abort();
      set({ playing: 0 });
    },
  };
}

/** True where runs of a comparison with these settings are still to come. */
const isUnfinished = (comparison: Comparison | null, settings: ComparisonSettings): comparison is Comparison =>
  comparison !== null && sameValue(comparison.settings, settings) && cellsLeft(comparison).length > 0;
