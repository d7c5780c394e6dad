import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ExactResult, LearntTiles } from '../../../engine/types';
import {
  defaultSettings,
  type ComparisonCell,
  type ComparisonSettings,
  type DenoiserName,
  type FillerName,
  type TileSettings,
} from './ask';
import type { Score } from './judge';

/** A state of a run, of the samples that are drawn. */
export interface TileFrame {
  readonly step: number;
  readonly steps: number;
  readonly time: number;
  /** [SHOWN, N] */
  readonly codes: Int32Array<ArrayBuffer>;
}

export type TileTimings = ExactResult['timings'];

export interface TileRun {
  /** What it was asked for. */
  readonly settings: TileSettings;
  /** What the network had learnt by then; null for the exact denoiser. */
  readonly learntSteps: number | null;
  /** In the order of their steps. */
  readonly frames: readonly TileFrame[];
  /** Of all samples; null while it runs, and where it was stopped. */
  readonly score: Score | null;
  readonly timings: TileTimings | null;
}

export interface ComparisonPoint extends ComparisonCell {
  readonly score: Score;
  readonly timings: TileTimings;
}

export interface Comparison {
  readonly settings: ComparisonSettings;
  /** Every run of it. */
  readonly cells: readonly ComparisonCell[];
  /** In the order in which they came. */
  readonly points: readonly ComparisonPoint[];
}

export interface HoleAnswer {
  /** [SHOWN, N] */
  readonly codes: Int32Array<ArrayBuffer>;
  readonly score: Score;
  readonly timings: TileTimings;
}

export interface HoleRun {
  readonly map: number;
  readonly seed: number;
  /** Whom diffusion asked; raster order is always asked of the truth. */
  readonly denoiser: DenoiserName;
  readonly answers: Readonly<Partial<Record<FillerName, HoleAnswer>>>;
}

export type JobKind = 'samples' | 'comparison' | 'hole' | 'learning';

/** What is being computed, and how far it is. */
export interface Job {
  readonly kind: JobKind;
  readonly message: string;
  readonly fraction: number | null;
}

export interface TilesState {
  readonly settings: TileSettings;
  /** The map whose lower half is given. */
  readonly holeMap: number;
  readonly job: Job | null;
  /** What went wrong last, and where. */
  readonly failure: { readonly kind: JobKind; readonly message: string } | null;
  readonly run: TileRun | null;
  /** Place in the frames; null: the last one, also while they grow. */
  readonly at: number | null;
  readonly playing: 1 | -1 | 0;
  /** What the engine has learnt so far, a network for each noise process. */
  readonly learnt: readonly LearntTiles[];
  readonly comparison: Comparison | null;
  readonly hole: HoleRun | null;
}

/** A red ring in the upper half: its lower half is background alone, which many maps share. */
const FIRST_HOLE_MAP = 56;

export type TilesStore = StoreApi<TilesState>;

export const createTilesStore = (): TilesStore =>
  createStore<TilesState>(() => ({
    settings: defaultSettings,
    holeMap: FIRST_HOLE_MAP,
    ...{ job: null, failure: null, run: null, at: null, playing: 0, learnt: [], comparison: null, hole: null },
  }));

/** Place in the frames of the state on the screen; -1 where there is none. */
export const selectAt = ({ run, at }: Pick<TilesState, 'run' | 'at'>): number => {
  const last = (run?.frames.length ?? 0) - 1;
  return at === null ? last : Math.min(at, last);
};

/** The runs of the comparison that are still to come. */
export const cellsLeft = ({ cells, points }: Comparison): readonly ComparisonCell[] =>
  cells.filter(({ process, numSteps }) => !points.some((p) => p.process === process && p.numSteps === numSteps));
