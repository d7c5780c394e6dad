/** Controls of the world of tiles as data, and what the engine is asked for. */
import { PLAIN } from '../../../diffusion/distribution';
import { createWorld } from '../../../diffusion/exact';
import { samplersOf, type SamplerKind } from '../../../diffusion/samplers';
import { sameValue } from '../../../experiment/spec';
import type {
  DiscreteProcess,
  ExactOptions,
  LearnFrom,
  LearntTiles,
  SamplerSpec,
  TrainTilesOptions,
} from '../../../engine/types';
import { defaultSpec } from '../spec';

export const world = createWorld();
/** Codes of a map. */
export const PLACES = world.height * world.width;
/** T. */
export const TIMES = 100;
/** Samples behind every share. */
export const SAMPLES = 256;
/** How many of them are drawn. */
export const SHOWN = 16;

export type ProcessName = DiscreteProcess['kind'];

export const PROCESSES: readonly { readonly name: ProcessName; readonly title: string; readonly help: string }[] = [
  {
    name: 'mask-replace',
    title: 'Mask and replace',
    help: 'A code becomes [MASK] or another code. What is there may be noise, so each step may still correct it.',
  },
  {
    name: 'absorbing',
    title: 'Masks only',
    help: 'A code becomes [MASK] and nothing else. What was revealed is taken for true and stays.',
  },
  {
    name: 'uniform',
    title: 'Uniform',
    help: 'A code becomes any other code, on a cosine curve; there is no [MASK], so nothing says which codes are noise.',
  },
];

export const titleOf = (process: ProcessName): string =>
  PROCESSES.find(({ name }) => name === process)?.title ?? process;

/** Numbers of steps that are compared, and offered. */
export const STEP_CHOICES: readonly number[] = [100, 25, 10, 5, 2];

/** Whom the samplers ask for p(x0 | xt). */
export type DenoiserName = 'exact' | 'learnt';

export interface TileSettings {
  readonly denoiser: DenoiserName;
  readonly process: ProcessName;
  /** Of mask and replace: the share of what is gone at t = T that is another code, 0 .. 1. */
  readonly replaceShare: number;
  readonly sampler: SamplerKind;
  /** 1 .. TIMES */
  readonly numSteps: number;
  /** u32; sample i has seed + i. */
  readonly seed: number;
}

export const defaultSettings: TileSettings = {
  ...{ denoiser: 'exact', process: 'mask-replace', replaceShare: 0.1, sampler: 'posterior', numSteps: 25, seed: 7 },
};

/** The noise process of the settings over TIMES steps. */
export function processOf({ process, replaceShare }: Pick<TileSettings, 'process' | 'replaceShare'>): DiscreteProcess {
  switch (process) {
    case 'absorbing':
      return { kind: process, numTimesteps: TIMES };
    case 'uniform':
      return { kind: process, numTimesteps: TIMES, cosineOffset: 0.008 };
    case 'mask-replace':
      // The ends of the slider: masks alone; and replacing alone, on this process's straight line.
      return replaceShare === 0
        ? { kind: 'absorbing', numTimesteps: TIMES }
        : { kind: process, numTimesteps: TIMES, gammaBarT: 1 - replaceShare, betaBarT: replaceShare };
  }
}

/** Samplers that the noise allows: where nothing is masked there is nothing to reveal. */
export function samplersFor(settings: Pick<TileSettings, 'process' | 'replaceShare'>): readonly SamplerKind[] {
  const process = processOf(settings);
  return samplersOf(process.kind === 'mask-replace' && process.gammaBarT === 0 ? 'uniform' : process.kind);
}

/** The settings' sampler where the noise allows it, else the first that it does. */
export const samplerKind = (settings: TileSettings): SamplerKind =>
  samplersFor(settings).find((name) => name === settings.sampler) ?? 'posterior';

/** The sampler with its numbers; those that this page has no control for are the lab's defaults. */
export function samplerOf(settings: TileSettings): SamplerSpec {
  const kind = samplerKind(settings);
  const { numSteps } = settings;
  const { choiceTemperature, purityWeight, eta } = defaultSpec;
  switch (kind) {
    case 'maskgit':
      return { kind, numSteps, choiceTemperature };
    case 'purity':
      return { kind, numSteps, purityWeight };
    case 'remdm':
      return { kind, numSteps, eta };
    case 'autoregressive':
      return { kind };
    default:
      return { kind, numSteps };
  }
}

const shared = { schedule: { kind: 'model' }, distribution: PLAIN, batch: SAMPLES } as const;

/** What the settings ask for. */
export const exactOptions = (settings: TileSettings): ExactOptions => ({
  ...shared,
  ...{ process: processOf(settings), sampler: samplerOf(settings), seed: settings.seed },
});

/** The network that was learnt for the noise of the settings. */
export const learntFor = (
  learnt: readonly LearntTiles[],
  settings: Pick<TileSettings, 'process' | 'replaceShare'>,
): LearntTiles | null => learnt.find(({ process }) => sameValue(process, processOf(settings))) ?? null;

/** Learning stops by itself after so many steps; it can go on. */
export const LEARN_STEPS = 20_000;
/** Steps of the samples that are drawn while it learns, at most: each of them asks the network once. */
export const SCORE_STEPS = 10;

/** How the settings are learnt. */
export function trainOptions(settings: TileSettings, from: LearnFrom): TrainTilesOptions {
  const { seed } = settings;
  const sampler = samplerOf({ ...settings, numSteps: Math.min(SCORE_STEPS, settings.numSteps) });
  // Shipped weights are looked at first: "go on" learns more.
  return { process: processOf(settings), from, seed, steps: from === 'shipped' ? 0 : LEARN_STEPS, sampler };
}

/** What the comparison takes from the settings; `learntSteps`: what the networks had learnt by then, 0 for the exact denoiser. */
export interface ComparisonSettings extends Pick<TileSettings, 'denoiser' | 'seed' | 'replaceShare'> {
  readonly learntSteps: number;
}

export const comparisonSettings = (
  { denoiser, seed, replaceShare }: TileSettings,
  learnt: readonly LearntTiles[],
): ComparisonSettings => ({
  ...{ denoiser, seed, replaceShare },
  learntSteps: denoiser === 'exact' ? 0 : learnt.reduce((sum, { steps }) => sum + steps, 0),
});

export interface ComparisonCell {
  readonly process: ProcessName;
  readonly numSteps: number;
}

/** Every run of the comparison, the few steps first: they are there at once. */
export const COMPARISON: readonly ComparisonCell[] = STEP_CHOICES.toReversed().flatMap((numSteps) =>
  PROCESSES.map(({ name }) => ({ process: name, numSteps })),
);

/** The runs that the denoiser can make: a network knows only the noise that it has learnt. */
export const comparisonCells = (
  { denoiser, replaceShare }: ComparisonSettings,
  learnt: readonly LearntTiles[],
): readonly ComparisonCell[] =>
  COMPARISON.filter(({ process }) => denoiser === 'exact' || learntFor(learnt, { process, replaceShare }) !== null);

/** A run of the comparison: the exact posterior, whatever sampler the settings name. */
export const comparisonOptions = (
  cell: ComparisonCell,
  { denoiser, seed, replaceShare }: Omit<ComparisonSettings, 'learntSteps'>,
): ExactOptions => exactOptions({ ...cell, denoiser, seed, replaceShare, sampler: 'posterior' });

/** Who fills the hole. */
export const FILLERS = ['diffusion', 'raster'] as const;
export type FillerName = (typeof FILLERS)[number];

export const HOLE_STEPS = 25;

/** The lower half of a map is known, the upper half free. [N], -1 where free. @param map 0 .. world.count - 1 */
export const lowerHalf = (map: number): Int32Array<ArrayBuffer> =>
  Int32Array.from({ length: PLACES }, (_, i) => (i < PLACES / 2 ? -1 : (world.maps[map * PLACES + i] ?? -1)));

/** The hole, to be filled in both directions at once by diffusion, or row by row from the top. */
export function holeOptions(filler: FillerName, map: number, seed: number): ExactOptions {
  const half = lowerHalf(map);
  const codes = Int32Array.from({ length: SAMPLES * PLACES }, (_, at) => half[at % PLACES] ?? -1);
  if (filler === 'raster')
    return {
      ...{ ...shared, seed, known: { codes, noised: false } },
      process: { kind: 'autoregressive' },
      sampler: { kind: 'autoregressive' },
    };
  return {
    ...{ ...shared, seed, known: { codes, noised: true }, certain: true },
    process: processOf({ process: 'mask-replace', replaceShare: defaultSettings.replaceShare }),
    sampler: { kind: 'posterior', numSteps: HOLE_STEPS },
  };
}
