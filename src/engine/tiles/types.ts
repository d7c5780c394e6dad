/** What page and engine say to each other about the network that learns the world of tiles. Plain data. */
import type { SamplerSpec } from '../../diffusion/samplers';
import type { DiscreteProcess } from '../../diffusion/schedule';

/** Where learning begins: with random weights, with those that the page ships, or with what this tab has learnt so far. */
export type LearnFrom = 'scratch' | 'shipped' | 'kept';

export interface TrainTilesOptions {
  /** The noise that it learns to undo. One network is kept for each. */
  readonly process: DiscreteProcess;
  readonly from: LearnFrom;
  /** u32: of the weights and of every batch. Not used by 'kept', which goes on with its own. */
  readonly seed: number;
  /** Steps to take; 0: nothing is learnt, the weights are only opened and scored. */
  readonly steps: number;
  /** How samples are drawn for the scores. */
  readonly sampler: SamplerSpec;
}

/** Of the samples that are drawn from time to time. */
export interface TilesScore {
  readonly samples: number;
  /** In the world; and, of these, maps that the network was never shown. */
  readonly valid: number;
  readonly neverShown: number;
  /** Places that differ from the nearest map of the world, mean over the samples. */
  readonly meanDistance: number;
  /** [samples, N] */
  readonly codes: Int32Array<ArrayBuffer>;
}

/** A point of the curve. */
export interface TilesPoint {
  /** Steps taken so far. */
  readonly step: number;
  /** Time that they took, without the scores. */
  readonly trainedMs: number;
  /** Bits per code, mean over the steps since the last point; null at the first one. */
  readonly loss: number | null;
  /** Since the last point; null where nothing was learnt. */
  readonly examplesPerSecond: number | null;
  /** Null between two scores. */
  readonly score: Omit<TilesScore, 'codes'> | null;
}

/** A network that this tab keeps. */
export interface LearntTiles {
  readonly process: DiscreteProcess;
  readonly seed: number;
  /** What it began with. */
  readonly origin: 'scratch' | 'shipped';
  readonly steps: number;
  readonly parameters: number;
  /** Maps that it learns from, and maps that it is never shown. */
  readonly shown: number;
  readonly heldOut: number;
  /** The loss of the exact denoiser of the maps that are shown: no network's is less, but for chance. Bits per code. */
  readonly leastLoss: number;
  /** Where tfjs runs. */
  readonly backend: string;
  readonly curve: readonly TilesPoint[];
  /** Of the last score. [samples, N] */
  readonly codes: Int32Array<ArrayBuffer>;
}

/** While it learns: where it stands, and the newest point of its curve. */
export interface TilesReport {
  readonly learnt: Omit<LearntTiles, 'curve'>;
  readonly point: TilesPoint;
}
