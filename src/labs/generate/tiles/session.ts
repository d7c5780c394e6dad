/** The runs over the world of tiles, one at a time. What is done stays when a run is stopped or fails. */
import type { EngineClient, ExactOptions, ExactResult, SampleFrame } from '../../../engine/types';
import { isAbort, messageOf, unlessAborted } from '../../abort';
import {
  COMPARISON,
  comparisonOptions,
  exactOptions,
  FILLERS,
  holeOptions,
  lowerHalf,
  PLACES,
  SHOWN,
  titleOf,
  world,
  type FillerName,
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

export function createTilesSession(store: TilesStore, engine: Pick<EngineClient, 'sampleExact'>): TilesSession {
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
    return unlessAborted(signal, engine.sampleExact(options, onFrame, call));
  }

  /** Frames come by another way than the result, and may come after it. */
  function takeFrame(frame: SampleFrame): void {
    set(({ run }) => (run && !run.score ? { run: { ...run, frames: [...run.frames, frameOf(frame)] } } : {}));
  }

  return {
    change: (patch) => set(({ settings }) => ({ settings: { ...settings, ...patch } })),
    generate: () =>
      job('samples', async (signal) => {
        const { settings } = store.getState();
        set({ run: { settings, frames: [], score: null, timings: null }, at: null, playing: 0 });
        const part = { name: titleOf(settings.process), at: 0, count: 1 };
        const onFrame = (frame: SampleFrame) => !signal.aborted && takeFrame(frame);
        const { codes, trace, timings } = await ask('samples', exactOptions(settings), part, signal, onFrame);
        set({ run: { settings, frames: trace.map(frameOf), score: scoreOf(world, codes), timings } });
      }),
    compare: () =>
      job('comparison', async (signal) => {
        const { settings, comparison } = store.getState();
        const { seed, replaceShare } = settings;
        let made: Comparison = isUnfinished(comparison, settings)
          ? comparison
          : { settings: { seed, replaceShare }, points: [] };
        set({ comparison: made });
        for (const cell of cellsLeft(made)) {
          const part = {
            name: `${titleOf(cell.process)}, ${cell.numSteps} steps`,
            ...{ at: made.points.length, count: COMPARISON.length },
          };
          const { codes, timings } = await ask('comparison', comparisonOptions(cell, settings), part, signal);
          made = { ...made, points: [...made.points, { ...cell, score: scoreOf(world, codes), timings }] };
          set({ comparison: made });
        }
      }),
    fill: () =>
      job('hole', async (signal) => {
        const { holeMap: map, settings } = store.getState();
        const { seed } = settings;
        const known = lowerHalf(map);
        let hole: HoleRun = { map, seed, answers: {} };
        set({ hole });
        for (const [at, filler] of FILLERS.entries()) {
          const part = { name: FILLER_WORDS[filler], at, count: FILLERS.length };
          const { codes, timings } = await ask('hole', holeOptions(filler, map, seed), part, signal);
          const answer = { codes: codes.slice(0, SHOWN * PLACES), score: scoreOf(world, codes, known), timings };
          hole = { ...hole, answers: { ...hole.answers, [filler]: answer } };
          set({ hole });
        }
      }),
    stop: () => running?.abort(),
    dispose() {
      running?.abort();
      set({ playing: 0 });
    },
  };
}

/** True where runs of a comparison with these settings are still to come. */
const isUnfinished = (comparison: Comparison | null, { seed, replaceShare }: TileSettings): comparison is Comparison =>
  comparison !== null &&
  comparison.settings.seed === seed &&
  comparison.settings.replaceShare === replaceShare &&
  cellsLeft(comparison).length > 0;
